import pytest

from facade.config.silo_file import PASSTHROUGH

HEAD = "silo: old\nadapter: passthrough\nsettings: {url: 'http://a'}\n"
DRAWER = "silo: old\nadapter: drawer\nsettings: {cabinet: south}\noperations: {find: {}}\n"


def test_a_passed_through_silo_is_read(silo_told):
    assert silo_told(HEAD + "owner: Licensing\nswitch_off: 2027-03-31\nafter_switch_off: refuse\n") == []
    assert silo_told(HEAD + "protect: {timeout: 10s}\n") == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("owner: [a]", "4: owner is a list or a block where one value belongs; "
                       "write one value, in quotes if it holds braces"),
        ("switch_off: 31.3.2027", '4: switch_off "31.3.2027" is not a date; '
                                  "write year, month and day, such as 2027-03-31"),
        ("after_switch_off: cut", '4: after_switch_off "cut" is not one of warn, refuse; write one of them'),
        ("protect: {timeout: 5}", '4: protect.timeout "5" carries no unit; write it with one, such as 5s'),
        ("protect: {concurrency: 20}", "4: protect.concurrency is not built yet; remove it"),
        ("protect: {queue: 20}", "4: protect.queue is not built yet; remove it"),
        ("protect: {breaker: {errors: 50%}}", "4: protect.breaker is not built yet; remove it"),
        ("protect: {hours: Mon-Fri 07:00-22:00}", "4: protect.hours is not built yet; remove it"),
        ("silo: again", '4: "silo" stands twice, here and in line 1; keep one of the two'),
        ("owners: me", "4: owners is not a known key; write owner, or remove it"),
        ("operations: {a: {}}", "4: operations is not a known key; remove it, or write one of "
                                "silo, adapter, owner, switch_off, after_switch_off, protect, settings"),
        ("url: http://a", "4: url is not a known key; remove it, or write one of "
                          "silo, adapter, owner, switch_off, after_switch_off, protect, settings"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_passed_through_silo_is_told_with_its_line(silo_told, text: str, sentence: str):
    assert silo_told(f"{HEAD}{text}\n") == [sentence]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ("{}", "settings.url is missing; add it"),
        ("{url: ftp://a}", "settings.url is not an http(s) URL; write one such as http://127.0.0.1:7101"),
        ("{url: http://u:s3cret@a}", "settings.url carries a user name or a password; "
                                     "remove it: secrets never stand in a URL"),
        ("{url: http://a/b}", "settings.url carries a path or a slash at its end; "
                              "write scheme, host and port alone, such as http://127.0.0.1:7101"),
        ("{url: http://a, host: me}", "settings.host is not one of silo, caller; write one of them"),
        ("{url: http://a, chunked: never}", "settings.chunked is not built yet; remove it"),
        ("{url: http://a, lenient: []}", "settings.lenient is not built yet; remove it"),
        ("{url: http://a, ulr: b}", "settings.ulr is not a known key; write settings.url, or remove it"),
        ("here", "settings is not a block of keys; write its keys below it, indented"),
    ],
)  # fmt: skip
def test_settings_are_told_without_their_values(silo_told, settings: str, sentence: str):
    assert silo_told(f"silo: old\nadapter: passthrough\nsettings: {settings}\n") == [f"3: {sentence}"]


def test_a_silo_without_settings_is_a_mistake(silo_told):
    assert silo_told("silo: old\nadapter: passthrough\n") == ["1: settings is missing; add it"]


@pytest.mark.parametrize(
    ("adapter", "sentence"),
    [
        ("soap", 'adapter "soap" is not built yet; write one of passthrough, drawer, lost'),
        ("drower", 'adapter "drower" is no kind of adapter; write one of passthrough, drawer, lost'),
        ("lost", 'adapter "lost" cannot be used: its library is not installed; install strangler-facade[lost]'),
    ],
)
def test_a_kind_that_cannot_be_used_is_told(silo_told, adapter: str, sentence: str):
    assert silo_told(DRAWER.replace("drawer", adapter)) == [f"2: {sentence}"]


def test_a_silo_without_an_adapter_is_told_what_it_lacks(silo_told):
    assert silo_told("silo: old\n") == ["1: adapter is missing; add it", "1: operations is missing; add it"]


@pytest.mark.parametrize(
    ("settings", "operation", "sentence"),
    [
        ("{cabinet: nowhere-1}", "{}", "3: settings.cabinet: there is no cabinet nowhere-1; name one that is there"),
        ("{}", "{}", "3: settings.cabinet is missing; add it"),
        ("{cabinet: a, locked: yes}", "{}", "3: settings.locked is neither true nor false; write one of the two"),
        ("{cabinet: a, height: 07}", "{}", "3: settings.height is not a whole number; "
                                           "write it in decimal digits, without leading zeros"),
        ("{cabinet: a, hight: 1}", "{}", "3: settings.hight is not a known key; write settings.height, or remove it"),
        ("{cabinet: a}", "{writes: on}", '4: operations.find.writes "on" is neither true nor false; '
                                         "write one of the two"),
        ("{cabinet: a}", "{status: 404}", '4: operations.find.status "404" is not at most 299; '
                                          "write a value at most 299"),
        ("{cabinet: a}", "{query: x}", "4: operations.find.query is not a known key; "
                                       "remove it, or write one of arguments, writes, status"),
        ("{cabinet: a}", "x", '4: operations.find "x" is not a block of keys; write its keys below it, indented'),
        ("{cabinet: a}", "{arguments: {A: {path.x}}}", "4: operations.find.arguments.A is a list or a block where one "
                                                       "value belongs; write one value, in quotes if it holds braces"),
    ],
)  # fmt: skip
def test_a_kinds_own_settings_and_operations_are_told_with_their_line(
    silo_told, settings: str, operation: str, sentence: str
):
    text = f"silo: old\nadapter: drawer\nsettings: {settings}\noperations: {{find: {operation}}}\n"
    assert sentence in silo_told(text)


def test_an_operation_has_a_name_without_dots(silo_told):
    assert silo_told(DRAWER.replace("find", "find.all")) == [
        "4: operations.find.all is not a name; write up to 100 letters, digits, - and _, "
        "beginning with a letter or digit"
    ]


def test_a_silo_with_no_operations_is_a_mistake(silo_told):
    assert silo_told(DRAWER.replace("{find: {}}", "{}")) == ["4: operations holds nothing; write at least one"]


def test_every_document_of_a_file_is_a_silo(silo_told):
    second = HEAD.replace("old", "older")
    assert silo_told(f"{HEAD}---\n{second}") == []
    assert silo_told(f"{HEAD}---\n{second}owner: [1]\n---\n- 1\n") == [
        "8: owner is a list or a block where one value belongs; write one value, in quotes if it holds braces",
        '10: is not a block of keys; write keys, such as "name: value", one a line',
    ]


def test_an_external_is_not_built_yet(silo_told):
    assert silo_told("external: payments\nadapter: rest\n") == ["1: an external is not built yet; remove this document"]


def test_a_secret_is_not_told_even_by_a_kinds_own_sentence(told):
    silo = DRAWER.replace("south", '"${env:CABINET}"')
    assert told({"silos/a.yaml": silo}, environment={"CABINET": "nowhere-s3cret"}) == [
        'silos/a.yaml:3: settings.cabinet "${env:CABINET}" is not accepted; '
        "mend it; what is wrong with it may hold a secret and is not shown"
    ]


def test_the_passed_through_adapter_has_the_name_of_the_language():
    assert PASSTHROUGH == "passthrough"
