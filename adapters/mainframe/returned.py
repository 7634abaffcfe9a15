"""Return codes: the field of a reply that says whether there is an answer in it, and what each of its values means."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from facade.formats.copybook import Record, Value, key_of
from facade.port import SiloSaysNo

_UNNAMED = 502
"""The status of a code that `faults` does not name: something is wrong, and nobody said what."""

_GOOD = 200


@dataclass(frozen=True, slots=True, repr=False)
class ReturnCode:
    """One field of `faults`. It is read before the rest: a program that says no leaves the rest as it was.

    Zero and blank are good; so is a code whose status is 200. A code that is not named says no too.
    """

    read: Callable[[bytes], Value | None]
    statuses: tuple[tuple[Callable[[Value], bool], int], ...]

    def check(self, operation: str, raw: bytes) -> None:
        """Raise SiloSaysNo, or FieldError where the code itself cannot be read."""
        code = self.read(raw)
        if code is None:
            return
        status = next((status for test, status in self.statuses if test(code)), _GOOD if is_good(code) else _UNNAMED)
        if status != _GOOD:
            raise SiloSaysNo(status, f"{operation}: the silo says no")


def is_good(code: object) -> bool:
    """Zero as a number or in digits, or nothing at all.

    >>> is_good("00"), is_good(0), is_good(""), is_good("08")
    (True, True, True, False)
    """
    return not code.strip("0") if isinstance(code, str) else not code


def return_codes(
    faults: Mapping[str, Mapping[str, int]], reply: Record, wrong: list[tuple[str, str]]
) -> Iterator[ReturnCode]:
    """Those of an operation's `faults`; what does not fit the reply's copybook goes to `wrong`."""
    for name, codes in faults.items():
        read = reply.look(key_of(name))
        if read is None:
            what = f"{reply.name} has no such field that stands at one place in every record; name one that does"
            wrong.append((f"faults.{name}", what))
            continue
        statuses: list[tuple[Callable[[Value], bool], int]] = []
        for code, status in codes.items():
            test = reply.test(key_of(name), (code,))
            if isinstance(test, str):
                wrong.append((f"faults.{name}.{code}", test))
            else:
                statuses.append((test, status))
        yield ReturnCode(read, tuple(statuses))
