"""An answer as it is compared: status, fields and body, from whichever side. Pure."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Final

MAX_BODY: Final = 256 * 1024
"""Bytes of a body that is compared, unpacked: more than nearly any JSON answer has."""

MAX_VALUES: Final = 25_000
"""Values of a JSON body that is compared, by its commas: a reader in C lets no other thread go on until it has read
them all, some 1.5 ms, and what looks for garbage meanwhile goes through each of them."""

_ZLIB_OR_GZIP: Final = zlib.MAX_WBITS | 32
"""Both are told by their first bytes; some servers send gzip and call it deflate (RFC 9110 section 8.4.1)."""

_PACKED: Final = frozenset({"gzip", "x-gzip", "deflate"})


class Incomparable(Exception):  # noqa: N818 - it reads as a predicate of the answer, and is no error of ours
    """Why a body cannot be compared: `size` or `coding`."""


@dataclass(frozen=True, slots=True)
class ComparedAnswer:
    """One side's final answer. `fields` are names and values as sent; `body` is None where it grew beyond keeping."""

    status: int
    fields: tuple[tuple[bytes, bytes], ...]
    body: bytes | None

    def values(self, name: str) -> tuple[str, ...]:
        """The values of a field in their order; `name` is lower case."""
        wanted = name.encode()
        return tuple(value.strip().decode("latin-1") for given, value in self.fields if given.lower() == wanted)

    @property
    def media_type(self) -> str:
        """Type and subtype without parameters, lower case (RFC 9110 section 8.3.1); empty where none is given."""
        given = self.values("content-type")
        return given[0].partition(";")[0].strip().lower() if given else ""

    @property
    def is_json(self) -> bool:
        return self.media_type == "application/json" or self.media_type.endswith("+json")

    def unpacked(self) -> bytes:
        """The body without its content coding. Raises Incomparable where it is too large or its coding unknown."""
        if self.body is None or len(self.body) > MAX_BODY:
            raise Incomparable("size")
        codings = [coding.strip() for value in self.values("content-encoding") for coding in value.lower().split(",")]
        packed = [coding for coding in codings if coding not in {"", "identity"}]
        if not packed or not self.body:
            return self.body
        if len(packed) > 1 or packed[0] not in _PACKED:
            raise Incomparable("coding")
        return _unpack(self.body)


def _unpack(body: bytes) -> bytes:
    """At most MAX_BODY bytes are ever made of it, however much it promises."""
    unpacking = zlib.decompressobj(_ZLIB_OR_GZIP)
    try:
        unpacked = unpacking.decompress(body, MAX_BODY + 1)
    except zlib.error:
        raise Incomparable("coding") from None
    if len(unpacked) > MAX_BODY:
        raise Incomparable("size")
    if not unpacking.eof or unpacking.unused_data:
        raise Incomparable("coding")
    return unpacked
