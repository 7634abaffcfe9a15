import pytest

ROUTE = """\
routes:
  - name: a
    match: GET /a
    legacy: portal
    platform: http://127.0.0.1:7101
    stage: canary
    canary: {share: 5%, by: address}
"""
SHADOW = "    shadow: {sample: 10%}\n"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (SHADOW + "    guard: {parity: 99.5%, compared: 1000}\n", []),
        (SHADOW + "    guard: {parity: 99.5%}\n", []),
        ("    guard: {errors: +1 point}\n", []),
        (
            SHADOW + "    guard: {parity: 99.5%, compared: 100}\n",
            [
                '9: guard.compared of route "a" is reached before the guard can pass, for parity 99.5% needs 539 '
                "comparisons without a single difference; write 539"
            ],
        ),
        (
            SHADOW + "    guard: {parity: 100%}\n",
            [
                '9: guard.parity of route "a" can never be shown, not by any number of equal answers; '
                "write less than 100%, such as 99.9%"
            ],
        ),
        (
            "    guard: {parity: 99%}\n",
            [
                '8: guard.parity of route "a" is never measured, for nothing is compared; '
                "write shadow: {sample: 10%}, or leave parity out"
            ],
        ),
    ],
)
def test_a_parity_that_cannot_be_shown_is_a_warning_with_its_sum(routes_warned, more: str, told: list[str]):
    assert routes_warned(ROUTE + more) == told


def test_a_groups_guard_is_told_of_where_it_stands(routes_warned):
    text = ROUTE.replace("    stage: canary\n    canary: {share: 5%, by: address}\n", "") + (
        "groups:\n  - name: g\n    routes: [a]\n    stage: canary\n    canary: {share: 5%, by: address}\n"
        "    guard: {parity: 100%}\n"
    )
    (told,) = routes_warned(text)
    assert told.startswith('11: guard.parity of route "a" can never be shown')
