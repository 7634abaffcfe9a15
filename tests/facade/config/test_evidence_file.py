"""What `shadow` and `guard` can say, and what they refuse."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from pydantic import ValidationError

from facade.config.evidence_file import GuardBlock, ShadowBlock
from facade.routing.guard import LatencyMargin


def test_a_shadow_says_what_is_compared_and_how() -> None:
    block = ShadowBlock.model_validate(
        {
            "sample": "10%",
            "noise": "1%",
            "ignore": "generated_at",
            "unordered": ["charges"],
            "tolerance": {"price": "0.01"},
            "rename": {"charges[].bank": "lender"},
            "headers": ["Cache-Control"],
            "credentials": "send",
        }
    )
    assert (block.sample, block.noise) == (Fraction(1, 10), Fraction(1, 100))
    assert (block.ignore, block.unordered) == (("generated_at",), ("charges",))
    assert block.tolerance == {"price": Decimal("0.01")}
    assert block.rename == {"charges[].bank": "lender"}
    assert (block.headers, block.credentials) == (("cache-control",), "send")


def test_a_guard_says_what_the_platform_must_keep_to() -> None:
    block = GuardBlock.model_validate(
        {"calls": "1000", "compared": "1000", "errors": "+1 point", "p99": "+50ms", "p50": "+20%", "parity": "99.5%"}
    )
    assert (block.calls, block.compared, block.errors) == (1000, 1000, Fraction(1, 100))
    assert (block.p99, block.p50) == (LatencyMargin(0.05), LatencyMargin(share=Fraction(1, 5)))
    assert block.parity == Fraction(995, 1000)


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ({}, "compares nothing; add sample"),
        ({"sample": "110%"}, "is more than everything"),
        ({"sample": "95%", "noise": "6%"}, "more than all calls together"),
        ({"noise": "11%"}, "more than a tenth of its calls"),
        ({"sample": "10%", "ignore": ["a b"]}, "is not a field's path"),
        ({"sample": "10%", "ignore": ["x"] * 101}, "at most 100 items"),
        ({"sample": "10%", "tolerance": {"price": "1e3"}}, "is not an amount"),
        ({"sample": "10%", "rename": {"a": "b.c"}}, "is not a field's name"),
        ({"sample": "10%", "headers": ["a b"]}, "is not a header field's name"),
        ({"sample": "10%", "credentials": "yes"}, "'drop' or 'send'"),
    ],
)
def test_what_a_shadow_refuses(block: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        ShadowBlock.model_validate(block)


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ({}, "has no check"),
        ({"calls": "100"}, "has no check"),
        ({"errors": "1%"}, "is not a margin in points"),
        ({"errors": "-1 point"}, "is not a margin in points"),
        ({"p99": "50"}, "carries no unit"),
        ({"parity": "0%"}, "is no share at all"),
    ],
)
def test_what_a_guard_refuses(block: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        GuardBlock.model_validate(block)
