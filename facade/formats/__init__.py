"""Formats: bytes to values and back, exactly. Public, pure, shared by every kind of adapter.

Read `json` first: its law (no number through a float, nothing that two readers could read differently, all bounded,
the same value always the same bytes) is every format's. Then `large` (documents that threads write), `names` (a silo's
names as fields), `xml`, `fixed` and `delimited`. `error` is what each of them raises. Adapters and the facade import
this; it imports nothing of either.
"""

from facade.formats.error import FormatError
from facade.formats.json import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_EXPONENT,
    MAX_NUMBER_CHARACTERS,
    MAX_OBJECT_BYTES,
    Json,
    JsonObject,
    decode_json,
    encode_json,
    encode_plain,
)
from facade.formats.large import encode_large, let_go
from facade.formats.names import field_names, snake_case

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_EXPONENT",
    "MAX_NUMBER_CHARACTERS",
    "MAX_OBJECT_BYTES",
    "FormatError",
    "Json",
    "JsonObject",
    "decode_json",
    "encode_json",
    "encode_large",
    "encode_plain",
    "field_names",
    "let_go",
    "snake_case",
]
