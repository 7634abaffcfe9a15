"""What identifies what is written of a route: the text of its own block and of its group's, and nothing else.

The law of this file: comments, blanks, quotes and the order of keys say nothing, so they change no identity; every key
and value of the two blocks does, and nothing that is worked out of other files. Pure.
"""

from __future__ import annotations

import hashlib
from typing import Final

import msgspec

from facade.config.nodes import MappingNode, plain

VERSION: Final = "yaml1:"
"""How an identity begins: whoever makes them otherwise one day names them otherwise, so that no two are mixed up."""


def identity(block: MappingNode) -> str:
    """The identity of a block: SHA-256 of its keys in order and their values as written, as JSON."""
    return VERSION + hashlib.sha256(msgspec.json.encode(plain(block), order="deterministic")).hexdigest()
