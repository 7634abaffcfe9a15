"""Two answers compared: status, media type and chosen header fields, then the bodies.

JSON is compared by its values, everything else by its bytes. Bodies are JSON if either side says so; where only one of
them can be read as such, that is a difference of type, and where neither can, their bytes decide.
"""

from __future__ import annotations

from collections.abc import Callable

from facade.compare import paths
from facade.compare.answer import MAX_BODY, MAX_VALUES, ComparedAnswer, Incomparable
from facade.compare.budget import Budget, Exhausted
from facade.compare.difference import Comparison, DifferenceKind
from facade.compare.rules import CompareRules
from facade.compare.walk import Walk
from facade.formats import FormatError, Json, decode_json


def compare(
    legacy: ComparedAnswer, platform: ComparedAnswer, rules: CompareRules, key: bytes, expired: Callable[[], bool]
) -> Comparison:
    """What differs between two answers to one request. Never raises, whatever they hold.

    `key` makes the tokens (16 to 64 secret bytes); `expired` says that the time for it is over.
    """
    return _compared(legacy, platform, rules, Walk(rules, Budget(expired), key))


def compare_again(
    legacy: ComparedAnswer, again: ComparedAnswer, rules: CompareRules, key: bytes, expired: Callable[[], bool]
) -> Comparison:
    """What differs between two answers of legacy to one request: its noise. Fields have the platform's names."""
    return _compared(legacy, again, rules, Walk(rules, Budget(expired), key, again=True))


def _compared(legacy: ComparedAnswer, platform: ComparedAnswer, rules: CompareRules, walk: Walk) -> Comparison:
    _heads(legacy, platform, rules, walk)
    capped = None
    try:
        if paths.BODY not in rules.ignore:
            _bodies(legacy, platform, walk)
    except (Incomparable, Exhausted) as reason:
        capped = str(reason)
    if walk.found.capped:
        capped = capped or "differences"
    return Comparison(walk.found.differences(), walk.fields, capped)


def _heads(legacy: ComparedAnswer, platform: ComparedAnswer, rules: CompareRules, walk: Walk) -> None:
    _field(paths.STATUS, _status(legacy), _status(platform), rules, walk)
    if "content-type" not in rules.headers:
        _field(paths.header("content-type"), _media_type(legacy), _media_type(platform), rules, walk)
    for name in rules.headers:
        _field(paths.header(name), legacy.values(name), platform.values(name), rules, walk)


def _status(answer: ComparedAnswer) -> tuple[str, ...]:
    return (str(answer.status),)


def _media_type(answer: ComparedAnswer) -> tuple[str, ...]:
    return (answer.media_type,) if answer.media_type else ()


def _field(path: str, legacy: tuple[str, ...], platform: tuple[str, ...], rules: CompareRules, walk: Walk) -> None:
    if path in rules.ignore:
        return
    walk.fields += 1
    if legacy != platform:
        kind = DifferenceKind.MISSING if not platform else DifferenceKind.VALUE if legacy else DifferenceKind.EXTRA
        walk.found.note(path, kind, repr(legacy), repr(platform))


def _bodies(legacy: ComparedAnswer, platform: ComparedAnswer, walk: Walk) -> None:
    ours, theirs = legacy.unpacked(), platform.unpacked()
    if ours == theirs:
        walk.fields += 1
    elif legacy.is_json or platform.is_json:
        _json(ours, theirs, walk)
    else:
        _bytes(ours, theirs, walk)


def _json(legacy: bytes, platform: bytes, walk: Walk) -> None:
    ours, theirs = _read(legacy), _read(platform)
    if isinstance(ours, FormatError) and isinstance(theirs, FormatError):
        _bytes(legacy, platform, walk)
    elif isinstance(ours, FormatError) or isinstance(theirs, FormatError):
        walk.fields += 1
        walk.found.note(paths.BODY, DifferenceKind.TYPE, repr(legacy), repr(platform))
    else:
        walk.compare(ours, theirs)


def _read(body: bytes) -> Json | FormatError:
    if body.count(b",") >= MAX_VALUES:
        raise Incomparable("size")
    try:
        return decode_json(body, MAX_BODY)
    except FormatError as error:
        return error


def _bytes(legacy: bytes, platform: bytes, walk: Walk) -> None:
    walk.fields += 1
    kind = DifferenceKind.VALUE if len(legacy) == len(platform) else DifferenceKind.LENGTH
    if legacy != platform:
        walk.found.note(paths.BODY, kind, repr(legacy), repr(platform))
