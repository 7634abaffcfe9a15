"""The end of a route: dates that contradict each other are told with their line."""

from __future__ import annotations

import pytest

SILO = """\
silo: portal
adapter: passthrough
switch_off: 2027-03-31
settings: {url: "http://127.0.0.1:7000"}
"""
ROUTE = """\
routes:
  - name: a
    match: GET /a
    legacy: portal
    stage: legacy
"""
CALLERS = "callers:\n  - {name: bailiffs, header: X-Caller=bailiffs}\n"
FACADE = "timezone: Europe/London\nforwarded: {trust: 127.0.0.0/8}\n"
LONDON = {"facade.yaml": FACADE, "callers.yaml": CALLERS}


@pytest.fixture
def ending(told):
    return lambda *lines: told({**LONDON, "routes/a.yaml": ROUTE + "".join(f"    {line}\n" for line in lines)})


def brownouts(*windows: str) -> str:
    return f"brownouts: [{', '.join(f'{{{window}, why: near}}' for window in windows)}]"


GOOD = "from: 2027-01-12 10:00, to: 2027-01-12 11:00"


@pytest.mark.parametrize(
    "lines",
    [
        ("deprecated: 2026-12-01", "sunset: 2026-12-01"),
        ("sunset: 2027-03-28 00:30", "deprecated: 2027-03-28 00:00Z"),
        ("deprecated: {date: 2026-12-01, link: /docs}", "sunset: {date: 2027-03-31, link: 'https://a.example/x?y#z'}"),
        ("deprecated: 2027-01-12 10:00", "sunset: 2027-01-12 11:00", brownouts(f"{GOOD}, share: 5%")),
        ("sunset: 2027-03-31", brownouts(f"{GOOD}, callers: bailiffs")),
        ("successor: /b",),
    ],
)
def test_dates_that_agree_are_good(ending, lines):
    assert ending(*lines) == []


@pytest.mark.parametrize(
    ("lines", "mistakes"),
    [
        (
            ("deprecated: 2026-12-02", "sunset: 2026-12-01"),
            ['7: sunset of route "a" is before it is deprecated; mend one of the two dates'],
        ),
        (  # by the wall the sunset is later, by the clock it is sooner: summer ends in between
            ("sunset: 2027-10-31 01:30+01:00", "deprecated: 2027-10-31 01:00+00:00"),
            ['6: sunset of route "a" is before it is deprecated; mend one of the two dates'],
        ),
        (
            (brownouts(f"{GOOD}, share: 5%"),),
            [
                '6: a brown-out rehearses the end of route "a", which has no sunset; add sunset: DATE, so that its '
                "callers are told"
            ],
        ),
        (
            ("deprecated: 2027-01-12 10:30", "sunset: 2027-01-12 10:59", brownouts(f"{GOOD}, share: 5%")),
            [
                '8: a brown-out of route "a" ends after its sunset; write an earlier one, or a later sunset',
                '8: a brown-out of route "a" begins before it is deprecated; write a later one, or an earlier '
                "deprecated",
            ],
        ),
        (
            ("sunset: 2027-03-31", brownouts(f"{GOOD}, callers: bailif")),
            [
                '7: the brown-out names caller "bailif", and callers.yaml has no such caller; write bailiffs, or add '
                "the caller"
            ],
        ),
        (
            (
                "sunset: 2027-03-31",
                brownouts(
                    *(f"from: 2027-01-12 {hour}:00, to: 2027-01-12 {hour + 1}:01, share: 5%" for hour in range(10, 14))
                ),
            ),
            [
                '7: brown-outs of route "a" take more than 4 hours of one day; write fewer, shorter ones, or on other '
                "days: they are rehearsals"
            ],
        ),
        (
            ("sunset: 2027-03-31", brownouts(GOOD)),
            [
                "7: brownouts refuses nobody, or says it twice; write share, such as 10%, or callers, and not both",
            ],
        ),
        (
            ("sunset: 2027-03-31", brownouts(f"{GOOD}, share: 5%, callers: bailiffs")),
            [
                "7: brownouts refuses nobody, or says it twice; write share, such as 10%, or callers, and not both",
            ],
        ),
        (
            ("sunset: 2027-03-31", brownouts("from: 2027-01-12 10:00, to: 2027-01-12 14:01, share: 5%")),
            ["7: brownouts takes more than 4 hours; write a shorter one: it is a rehearsal"],
        ),
        (
            ("sunset: 2027-03-31", brownouts("from: 2027-01-12 10:00, to: 2027-01-12 10:00, share: 5%")),
            ["7: brownouts ends before it begins; mend one of the two"],
        ),
        (
            ("sunset: 2027-03-31", brownouts("from: 2027-01-12 10:00Z, to: 2027-01-12 11:00, share: 5%")),
            ["7: brownouts gives an offset for one end only; write it for both, or for none"],
        ),
        (
            ("sunset: 2027-02-30",),
            ['6: sunset "2027-02-30" is no day of the calendar; mend the date'],
        ),
        (
            ("deprecated: {date: 1999-12-31}", "sunset: 9999-12-31"),
            [
                '6: deprecated.date "1999-12-31" is not of the years 2000 to 2199; mend the date',
                '7: sunset "9999-12-31" is not of the years 2000 to 2199; mend the date',
            ],
        ),
        (
            ("sunset: {date: 2027-03-31, link: 'https://a.example/<x>'}",),
            [
                '6: sunset.link "https://a.example/<x>" is no link; write a URL such as https://example.org/changes, '
                "or a path, in visible ASCII"
            ],
        ),
    ],
)
def test_dates_that_contradict_each_other_are_told(ending, lines, mistakes):
    assert ending(*lines) == [f"routes/a.yaml:{mistake}" for mistake in mistakes]


def test_a_route_without_a_platform_has_no_sunset_behind_its_silos_end(read):
    files = {**LONDON, "silos/portal.yaml": SILO}

    def warned(line: str) -> list[str]:
        return list(map(str, read({**files, "routes/a.yaml": f"{ROUTE}    {line}\n"}).warnings))

    late = 'sunset after 2027-03-31, when its silo "portal" is to be switched off, and no platform to move to'
    assert [late in each for each in warned("sunset: 2027-04-02")] == [True]
    for line in ("sunset: 2027-04-01", "sunset: 2027-04-02\n    platform: http://127.0.0.1:7101"):
        assert warned(line) == []
