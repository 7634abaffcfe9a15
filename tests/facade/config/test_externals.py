"""Which document belongs in which folder, and what an external cannot say."""

from __future__ import annotations

import pytest

from facade.targets.definition import Adapted

EXTERNAL = """\
external: card-payments
adapter: drawer
settings: {cabinet: south}
protect: {timeout: 3s, concurrency: 5}
owner: Treasury
operations:
  take-payment: {writes: true, arguments: {AMOUNT: "{body.pence}"}}
"""
ROUTE = """\
routes:
  - name: payments.take
    match: POST /payments
    legacy: portal
    platform: card-payments.take-payment
    stage: platform
"""


def test_an_external_is_read_as_a_silo_is_and_is_none(read):
    loaded = read({"externals/pay.yaml": EXTERNAL, "routes/b.yaml": ROUTE})
    assert loaded.mistakes == ()
    configuration = loaded.configuration
    assert sorted(configuration.silos) == ["portal", "register"]
    external = configuration.externals["card-payments"]
    assert (external.is_external, external.owner, external.protect.timeout) == (True, "Treasury", 3.0)
    assert isinstance(external.reach, Adapted)
    assert external.reach.folder.name == "externals"
    assert set(configuration.systems) == {"portal", "register", "card-payments"}
    route = next(each for each in configuration.routes if each.name == "payments.take")
    assert (str(route.platform), route.goes_to_external) == ("card-payments.take-payment", True)


def test_the_revision_is_that_of_externals_too(read):
    other = EXTERNAL.replace("south", "west")
    assert read({"externals/pay.yaml": EXTERNAL}).revision != read({"externals/pay.yaml": other}).revision


@pytest.mark.parametrize(
    ("file", "text", "sentence"),
    [
        ("silos/a.yaml", EXTERNAL, "silos/a.yaml:1: an external belongs in a file of the folder externals; "
                                   "move this document to externals/card-payments.yaml"),
        ("externals/a.yaml", "adapter: drawer\nsilo: register\n",
         "externals/a.yaml:2: a silo belongs in a file of the folder silos; move this document to silos/register.yaml"),
        ("externals/a.yaml", f"{EXTERNAL}silo: card-payments\n",
         "externals/a.yaml:8: one document is said to be a silo and an external; keep silo: or external:"),
    ],
)  # fmt: skip
def test_a_document_in_the_wrong_folder_is_told_where_it_belongs_and_nothing_else(told, file, text, sentence):
    assert told({file: text, "routes/b.yaml": ROUTE}) == [sentence]


@pytest.mark.parametrize("key", ["switch_off: 2027-03-31", "after_switch_off: refuse"])
def test_what_is_a_silos_is_no_externals(told, key: str):
    name = key.partition(":")[0]
    assert told({"externals/a.yaml": f"{EXTERNAL}{key}\n"}) == [
        f"externals/a.yaml:8: {name} is a silo's: an external is somebody else's, and is not switched off from here; "
        "remove it"
    ]


def test_an_external_is_not_passed_through(told):
    text = "external: card-payments\nadapter: passthrough\nsettings: {url: http://127.0.0.1:1}\n"
    assert told({"externals/a.yaml": text, "routes/b.yaml": ROUTE}) == [
        "externals/a.yaml:2: adapter passthrough would pass everything on, and to an external nothing goes but what is "
        "named; write adapter: rest, and send in its operations"
    ]


def test_a_mistake_in_an_external_is_told_with_its_line(told):
    text = EXTERNAL.replace("owner: Treasury", "ownr: Treasury").replace("3s", "3")
    assert told({"externals/a.yaml": text}) == [
        'externals/a.yaml:4: protect.timeout "3" carries no unit; write it with one, such as 3s',
        "externals/a.yaml:5: ownr is not a known key; write owner, or remove it",
    ]


def test_its_settings_take_secrets_that_are_not_shown(read):
    loaded = read(
        {"externals/a.yaml": EXTERNAL.replace("south", '"${env:CABINET}"')}, environment={"CABINET": "s3cret"}
    )
    assert loaded.configuration.externals["card-payments"].reach.settings.cabinet == "s3cret"
    assert "s3cret" not in repr(loaded.configuration)
