from facade.config.compose import compose_text
from facade.config.nodes import MappingNode, ScalarNode, locate, placed, plain, scalars, without
from facade.routing.route import Place

TEXT = """\
name: titles
canary:
  share: 25%
  by:
    - cookie a
    - header b
"""


def root() -> MappingNode:
    (document,) = compose_text("a.yaml", TEXT).documents
    assert isinstance(document, MappingNode)
    return document


def test_a_value_is_found_by_its_keys_with_its_line():
    located = locate(root(), ("canary", "by", 1))
    assert located.place == Place("a.yaml", 6)
    assert located.trail == ("canary", "by")
    assert isinstance(located.node, ScalarNode)
    assert located.node.text == "header b"


def test_a_value_stands_where_its_key_stands():
    assert locate(root(), ("canary",)).place.line == 2


def test_a_step_that_leads_nowhere_is_passed_over_and_remembered():
    located = locate(root(), ("canary", "a type's name", "share"))
    assert (located.place.line, located.trail, located.missing) == (3, ("canary", "share"), "a type's name")


def test_a_plain_value_has_no_places():
    assert plain(root()) == {"name": "titles", "canary": {"share": "25%", "by": ["cookie a", "header b"]}}


def test_every_text_is_found_with_the_keys_that_lead_to_it():
    assert [(trail, node.text) for trail, node in scalars(root())] == [
        (("name",), "titles"),
        (("canary", "share"), "25%"),
        (("canary", "by"), "cookie a"),
        (("canary", "by"), "header b"),
    ]


def test_a_block_can_be_had_with_another_value_and_stays_as_it_is():
    before, place = root(), Place("elsewhere", 0)
    after = placed(before, ("log", "level"), ScalarNode(place, "debug"), place)
    assert locate(after, ("log", "level")).place == place
    assert plain(before) == plain(without(after, "log"))
