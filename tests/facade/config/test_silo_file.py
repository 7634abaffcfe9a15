from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from facade.config.silo_file import PASSTHROUGH
from facade.port import AdapterKind, Finding
from facade.targets.definition import BreakerRules, Protect

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


PROTECT = """\
protect:
  concurrency: 20
  queue: 0
  timeout: 5s
  breaker: {errors: 12.5%, window: 1m, calls: 7, pause: 250ms}
  hours: [Mon-Fri 07:00-22:00, "Sat, Sun 22:00-06:00"]
"""


@pytest.mark.parametrize("silo", [HEAD, DRAWER])
def test_a_silo_of_any_kind_is_protected_by_the_clock_of_the_file(read, silo: str):
    loaded = read({"silos/a.yaml": silo + PROTECT, "facade.yaml": "version: 1\ntimezone: Europe/London\n"})
    assert loaded.configuration is not None
    protect = loaded.configuration.silos["old"].protect
    assert (protect.timeout, protect.concurrency, protect.queue) == (5.0, 20, 0)
    assert protect.breaker == BreakerRules(Fraction(1, 8), 60.0, 7, 0.25)
    assert protect.hours is not None
    assert protect.hours.zone is ZoneInfo("Europe/London")
    assert [(window.days, window.start, window.end) for window in protect.hours.windows] == [
        ({0, 1, 2, 3, 4}, 7 * 60, 22 * 60),
        ({5, 6}, 22 * 60, 30 * 60),
    ]


def test_what_is_left_out_of_protect_is_no_bound_or_the_usual_number(read):
    loaded = read({"silos/a.yaml": HEAD + "protect: {breaker: {}, concurrency: 1}\n"})
    assert loaded.configuration is not None
    assert loaded.configuration.silos["old"].protect == Protect(10.0, 1, 100, BreakerRules(), None)
    assert not loaded.configuration.silos["portal"].protect.is_more_than_time


OPEN = "is no window of opening hours; write days and times, such as Mon-Fri 07:00-22:00"


@pytest.mark.parametrize(
    ("protect", "sentence"),
    [
        ("{concurrency: 0}", 'protect.concurrency "0" is none; write 1 or more'),
        ("{concurrency: many}", 'protect.concurrency "many" is not a whole number; '
                                "write it in decimal digits, without leading zeros"),
        ("{concurrency: 1, queue: -1}", 'protect.queue "-1" is not a whole number; '
                                        "write it in decimal digits, without leading zeros"),
        ("{queue: 10}", "protect.queue stands without protect.concurrency, so nobody would ever wait in it; "
                        "add concurrency, or remove queue"),
        ("{breaker: 50%}", 'protect.breaker "50%" is not a block of keys; write its keys below it, indented'),
        ("{breaker: {errors: 150%}}", 'protect.breaker.errors "150%" is more than everything; write 100% or less'),
        ("{breaker: {errors: 0%}}", 'protect.breaker.errors "0%" is no share at all; write a percentage above 0%'),
        ("{breaker: {errors: 0.5}}", 'protect.breaker.errors "0.5" carries no sign; write it with %, such as 0.5%'),
        ("{breaker: {window: 0s}}", 'protect.breaker.window "0s" is no time at all; write a duration above 0'),
        ("{breaker: {calls: 0}}", 'protect.breaker.calls "0" is none; write 1 or more'),
        ("{breaker: {pause: 30}}", 'protect.breaker.pause "30" carries no unit; write it with one, such as 30s'),
        ("{breaker: {error: 50%}}", "protect.breaker.error is not a known key; "
                                    "write protect.breaker.errors, or remove it"),
        ("{hours: Mon-Fri 7-22}", f'protect.hours "Mon-Fri 7-22" {OPEN}'),
        ("{hours: Mon-Fre 07:00-22:00}", f'protect.hours "Mon-Fre 07:00-22:00" {OPEN}'),
        ("{hours: Mon 24:00-06:00}", f'protect.hours "Mon 24:00-06:00" {OPEN}'),
        ("{hours: 09:00-25:00}", f'protect.hours "09:00-25:00" {OPEN}'),
        ("{hours: weekdays}", f'protect.hours "weekdays" {OPEN}'),
        ("{hours: [Mon 07:00-22:00, Tue]}", f'protect.hours "Tue" {OPEN}'),
        ("{hours: Mon 07:00-07:00}", 'protect.hours "Mon 07:00-07:00" begins and ends at the same time; '
                                     "write 00:00-24:00 for the whole day"),
        ("{hours: []}", "protect.hours holds nothing; write at least one"),
        ("{hours: {from: 07:00}}", "protect.hours is not a list; write its items below it, each behind \"- \""),
    ],
)  # fmt: skip
def test_a_mistake_in_protect_is_told_with_its_line(silo_told, protect: str, sentence: str):
    assert silo_told(f"{HEAD}protect: {protect}\n") == [f"4: {sentence}"]


def test_every_mistake_in_protect_is_told_at_its_own_line(silo_told):
    text = "protect:\n  queue: 5\n  breaker:\n    errors: 101%\n    calls: x\n  hours:\n    - Mon\n    - Tue\n"
    assert [sentence.split(" ")[:2] for sentence in silo_told(HEAD + text)] == [
        ["5:", "protect.queue"],
        ["7:", "protect.breaker.errors"],
        ["8:", "protect.breaker.calls"],
        ["10:", "protect.hours"],
        ["11:", "protect.hours"],
    ]


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
        ("{url: http://a, rewrite: no}", "settings.rewrite is not one of on, off; write one of them"),
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
        ("screen", 'adapter "screen" is not built yet; write one of passthrough, drawer, lost'),
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


def test_a_secret_is_not_told_even_by_a_kinds_own_sentence(told):
    silo = DRAWER.replace("south", '"${env:CABINET}"')
    assert told({"silos/a.yaml": silo}, environment={"CABINET": "nowhere-s3cret"}) == [
        'silos/a.yaml:3: settings.cabinet "${env:CABINET}" is not accepted; '
        "mend it; what is wrong with it may hold a secret and is not shown"
    ]


def test_the_passed_through_adapter_has_the_name_of_the_language():
    assert PASSTHROUGH == "passthrough"


def test_what_a_kind_finds_beside_the_models_is_told_at_its_key(read, monkeypatch: pytest.MonkeyPatch):
    found = (
        Finding("operations.find", "the drawer is stuck; oil it"),
        Finding("settings.cabinet", "the cabinet is damp; dry it", warns=True),
    )
    monkeypatch.setattr(AdapterKind, "examine", lambda *_: found)
    loaded = read({"silos/old.yaml": DRAWER})
    assert "silos/old.yaml:4: operations.find: the drawer is stuck; oil it" in map(str, loaded.mistakes)
    assert "silos/old.yaml:3: settings.cabinet: the cabinet is damp; dry it" in map(str, loaded.warnings)


def test_a_kind_does_not_look_further_where_its_settings_are_mistaken(read, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(AdapterKind, "examine", lambda *_: pytest.fail("it was asked"))
    loaded = read({"silos/old.yaml": DRAWER.replace("cabinet", "closet"), "silos/register.yaml": ""})
    assert any("closet" in str(mistake) for mistake in loaded.mistakes)
