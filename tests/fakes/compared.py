"""Answers to compare, and what a comparison found in a few words."""

from __future__ import annotations

from decimal import Decimal

from facade.compare.answer import ComparedAnswer
from facade.compare.comparing import compare
from facade.compare.difference import Comparison, Difference, DifferenceKind
from facade.compare.rules import CompareRules
from facade.formats import encode_json

KEY = b"sixteen or more."


def answer(
    value: object, status: int = 200, *more: tuple[bytes, bytes], media_type: bytes = b"application/json"
) -> ComparedAnswer:
    """An answer whose body is `value` as JSON, or `value` itself where it is bytes."""
    body = value if isinstance(value, bytes) else encode_json(value)
    return ComparedAnswer(status, ((b"Content-Type", media_type), *more), body)


def never() -> bool:
    return False


def compared(legacy: ComparedAnswer, platform: ComparedAnswer, rules: CompareRules | None = None) -> Comparison:
    return compare(legacy, platform, rules or CompareRules(), KEY, never)


def said(comparison: Comparison) -> list[str]:
    """`path kind` of each difference."""
    assert comparison.capped is None
    return [f"{each.path} {each.kind}" for each in comparison.differences]


def differences(legacy: object, platform: object, rules: CompareRules | None = None) -> list[str]:
    """Those of two JSON values, or of texts of them."""
    return said(compared(answer(legacy), answer(platform), rules))


def ignoring(*paths: str) -> CompareRules:
    return CompareRules(ignore=frozenset(paths))


def unordered(*paths: str) -> CompareRules:
    return CompareRules(unordered=frozenset(paths))


def tolerating(path: str, allowed: str) -> CompareRules:
    return CompareRules(tolerance={path: Decimal(allowed)})


def comparison(*fields: str) -> Comparison:
    """One that found these fields' values to differ."""
    found = tuple(Difference(path, DifferenceKind.VALUE, f"token of {path}") for path in fields)
    return Comparison(found, 10)
