"""What two sidecars say to each other when one takes over from the other. Pure.

    successor    take over 1
    predecessor  listening 1, and a line for each socket; the sockets come with it (SCM_RIGHTS, unix(7))
    successor    serving
    predecessor  draining
    successor    taken, and the names of the listeners whose sockets it accepts from

Every message is one packet of at most `LONGEST` bytes. A predecessor that speaks another version answers `speaks N`.
A connection that ends before `serving` changes nothing: the predecessor goes on. One that ends before `taken` is that
of a successor which says no such thing: all that it was handed is taken then.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final, NamedTuple

VERSION: Final = 1

ASK: Final = b"take over %d" % VERSION
SPEAKS: Final = b"speaks %d" % VERSION
SERVING: Final = b"serving"
DRAINING: Final = b"draining"

LONGEST: Final = 4096
"""Bytes of one message: room for `SOCKETS` lines of an address each."""

SOCKETS: Final = 32
"""Sockets of three listeners, each with every address that a name stands for: a handful."""

_TAKEN: Final = b"taken"
_LISTENING: Final = b"listening %d" % VERSION
_SPEAKS: Final = re.compile(rb"speaks ([0-9]{1,9})")


class NotOffered(Exception):  # noqa: N818 - names what happened, not a defect of the program
    """There is somebody, and nothing comes of it. The text says why."""


class Line(NamedTuple):
    """One socket: the listener it belongs to, and that listener's address as it is configured."""

    listener: str
    address: str


def offer(sockets: Sequence[Line]) -> bytes:
    """The predecessor's answer, with a line for each socket in the order in which they are sent."""
    if len(sockets) > SOCKETS:
        raise ValueError("more sockets than any three listeners have")
    return b"\n".join([_LISTENING, *_lines(sockets)])


def read_offer(answer: bytes) -> list[Line]:
    """The lines of an offer. Raises `NotOffered`."""
    speaks = _SPEAKS.fullmatch(answer)
    if speaks is not None:
        raise NotOffered(f"it speaks version {int(speaks[1])} of this, and this program version {VERSION}")
    first, *rest = answer.split(b"\n")
    pairs = [line.split(b" ") for line in rest]
    if first != _LISTENING or len(rest) > SOCKETS or any(len(pair) != 2 for pair in pairs) or not answer.isascii():
        raise NotOffered("its answer makes no sense")
    return [Line(listener.decode("ascii"), address.decode("ascii")) for listener, address in pairs]


def taken(listeners: Iterable[str]) -> bytes:
    """The successor's last word: whose sockets it accepts from."""
    return b" ".join([_TAKEN, *(name.encode("ascii") for name in listeners)])


def read_taken(said: bytes, handed: Collection[str]) -> frozenset[str]:
    """Which of the listeners that it was handed a successor accepts from; all, if what it says is no such word."""
    first, *names = said.decode("ascii", errors="replace").split(" ")
    told = frozenset(names)
    return told if first == _TAKEN.decode("ascii") and told <= frozenset(handed) else frozenset(handed)


def _lines(sockets: Iterable[Line]) -> Iterable[bytes]:
    return (f"{line.listener} {line.address}".encode("ascii") for line in sockets)
