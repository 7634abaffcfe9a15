"""What an operator leaves out."""

from __future__ import annotations

from decimal import Decimal

from compared import differences

from facade.compare.rules import CompareRules


def test_a_name_that_the_operator_wrote_is_shown_whatever_it_looks_like() -> None:
    rules = CompareRules(tolerance={"band2024.rate": Decimal("0.1")})
    assert rules.names == {"band2024", "rate"}
    legacy, platform = {"band2024": {"rate": 1}, "band2025": 1}, {"band2024": {"rate": 2}, "band2025": 2}
    assert differences(legacy, platform, rules) == ["band2024.rate value", "{key} value"]


def test_a_rule_can_address_what_stands_under_any_key() -> None:
    legacy, platform = {"owners": {"K1234": {"at": 1, "n": 1}}}, {"owners": {"K1234": {"at": 2, "n": 2}}}
    assert differences(legacy, platform, CompareRules(ignore=frozenset({"owners.{key}.at"}))) == [
        "owners.{key}.n value"
    ]


def test_rules_change_only_what_they_name() -> None:
    assert CompareRules().names == frozenset()
    assert differences({"a": [1, 2]}, {"a": [2, 1]}) == ["a order"]
