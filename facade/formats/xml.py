"""XML: documents to fields and back, by no schema; and the law that every document keeps before any parser sees it.

The law (XML 1.0, as narrow as SOAP 1.1 section 3 and SOAP 1.2 part 1 section 5 have it):

- no document type declaration: with none there is no entity, no external subset and no default that a file elsewhere
  gives (faults of the kind "entity bomb" and "external entity" have nothing to begin with);
- no processing instruction before the root;
- one encoding of a short list, said by the transport or by the document and by neither differently; the parser is
  always handed UTF-8;
- size and the numbers of elements and attributes are bounded, so that no text costs more than its length.

Without a schema every value is text. Attributes and elements are fields alike, in snake_case; a name that comes twice
in one element is a list, and so is every one in `lists`. A path there, `case.note`, is a list of each case, and empty
where there is no note; a name alone is a list wherever it comes, and cannot be missed where it does not. A
`FormatError` says what is wrong and never shows the value.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final
from xml.parsers import expat
from xml.sax.saxutils import escape

from facade.formats.error import FormatError
from facade.formats.json import MAX_BYTES, MAX_DEPTH
from facade.formats.names import snake_case

MAX_TAGS: Final = 200_000
"""Of a document, opening and closing: eight mebibytes of forty bytes each, and less than a second of anybody's time."""

MAX_ATTRIBUTES: Final = 50_000
"""Of a document: a parser keeps each in a table of its element."""

NO_CHARACTER: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 (production 2) has no way to write, escaped or not."""

_ENCODINGS: Final = {
    "utf-8": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "iso-8859-1": "iso-8859-1",
    "iso-8859-15": "iso-8859-15",
    "windows-1252": "cp1252",
}
"""What silos write. UTF-7 and its like are not here: they hide markup from whoever looks for it."""

_UTF8_MARK: Final = b"\xef\xbb\xbf"
_UTF16_MARKS: Final = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_DECLARATION: Final = re.compile(r"<\?xml\s[^?>]{0,200}\?>")
_DECLARED: Final = re.compile(r"""\sencoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']""")
_VERSION: Final = re.compile(r"""<\?xml\s+version\s*=\s*["']1\.0["']""")
_SPACE: Final = re.compile(rb"[ \t\r\n]*")
_ATTRIBUTE: Final = re.compile(rb"=[ \t\r\n]*[\"']")
_LOOK: Final = 64 * 1024
"""Bytes that are searched in one step, a millisecond: a thread in a longer one holds everybody up."""

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def plain_xml(document: bytes, charset: str | None = None, limit: int = MAX_BYTES, tags: int | None = None) -> bytes:
    r"""The document as UTF-8 from its root on, or FormatError where it breaks the law above.

    `charset` is what the transport says of it (RFC 7303 section 3). The text is not parsed here: that it is well-formed
    is the parser's to find.

    >>> plain_xml(b'<?xml version="1.0" encoding="ISO-8859-1"?><name>Zo\xeb</name>')
    b'<name>Zo\xc3\xab</name>'
    """
    if len(document) > limit:
        raise FormatError(f"is larger than {limit} bytes")
    text = _utf8(document, charset)
    root = _root(text)
    start = text[root : root + 2]
    if start in {b"<!", b"<?"}:
        raise FormatError("has a document type or an instruction before its root, which nobody may send")
    if not start.startswith(b"<") or b"\0" in text:  # with NULs in it a parser may take it for UTF-16
        raise FormatError("is not XML")
    most = MAX_TAGS if tags is None else tags
    if text.count(b"<") > most:
        raise FormatError(f"has more than {most} tags")
    if text.count(b"=") > MAX_ATTRIBUTES and _attributes(text) > MAX_ATTRIBUTES:
        raise FormatError(f"has more than {MAX_ATTRIBUTES} attributes")
    return text


def decode_xml(
    document: bytes, charset: str | None = None, lists: Collection[str] = (), limit: int = MAX_BYTES
) -> dict[str, Any]:
    """The fields of a document, `{root: fields}`; names lose their prefix. Raise FormatError.

    >>> decode_xml(b'<case id="7"><Note>a</Note><Note>b</Note></case>')
    {'case': {'id': '7', 'note': ['a', 'b']}}
    >>> decode_xml(b'<case id="7"/>', lists=["case.note"])
    {'case': {'id': '7', 'note': []}}
    """
    reader = _Reader(lists)
    parser = expat.ParserCreate(encoding="utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.ProcessingInstructionHandler = reader.instruction
    try:
        parser.Parse(plain_xml(document, charset, limit), True)
    except expat.ExpatError as error:
        raise FormatError(f"is not well-formed XML at line {error.lineno}") from None
    return reader.root


def encode_xml(root: str, fields: Mapping[str, object]) -> bytes:
    """One element `root` with an element for each field; a mapping nests, a list repeats, None is left out.

    Every value is text by construction: nothing in it can open or close an element. Raise FormatError for a name that
    XML has not, and for a character that it cannot write.

    >>> encode_xml("inquiry", {"id": "]]><x/>", "line": ["a", "b"]})
    b'<inquiry><id>]]&gt;&lt;x/&gt;</id><line>a</line><line>b</line></inquiry>'
    """
    return "".join(_written(root, fields, MAX_DEPTH)).encode()


def check_characters(text: str) -> str:
    """The text, if XML can write it; else raise FormatError."""
    if NO_CHARACTER.search(text):
        raise FormatError("holds a character that XML cannot write")
    return text


def _root(text: bytes) -> int:
    """Where white space and comments end. The parser is who finds a comment that is none, or has no end."""
    place = 0
    while True:
        space = _SPACE.match(text, place)
        place = place if space is None else space.end()
        end = text.find(b"-->", place + 4) if text.startswith(b"<!--", place) else -1
        if end < 0:
            return place
        place = end + 3


def _attributes(text: bytes) -> int:
    """How many there are, or look like one in a text; of those that stand across the end of a step some are missed."""
    return sum(len(_ATTRIBUTE.findall(text, start, start + _LOOK)) for start in range(0, len(text), _LOOK))


def _utf8(document: bytes, charset: str | None) -> bytes:
    said = None if charset is None else _encoding(charset)
    mark = _marked(document)
    if said == "utf-16":
        said = mark or "utf-16-be"  # RFC 2781 section 4.3: without a mark it is big-endian
    if mark is not None and said is not None and mark != said:
        raise FormatError("says its encoding in two ways that differ")
    head = _head(document, mark or said)
    declaration = _DECLARATION.match(head)
    if declaration is None:
        return _decoded(document, mark or said or "utf-8", 0)
    if _VERSION.match(declaration[0]) is None:
        raise FormatError("is not XML 1.0")
    declared = _DECLARED.search(declaration[0])
    encoding = _agreed(mark or said, None if declared is None else _encoding(declared[1]))
    return _decoded(document, encoding, len(declaration[0]))


def _marked(document: bytes) -> str | None:
    if document.startswith(_UTF8_MARK):
        return "utf-8"
    return _UTF16_MARKS.get(document[:2])


def _head(document: bytes, encoding: str | None) -> str:
    """The first characters, enough for a declaration; before its end is read, ASCII is what all encodings share."""
    start = document[:512].decode(encoding or "latin-1", "replace")
    return start.removeprefix("\ufeff")


def _encoding(name: str) -> str:
    known = _ENCODINGS.get(name.lower())
    if known is None:
        raise FormatError("is in an encoding that is not read here")
    return known


def _agreed(outside: str | None, declared: str | None) -> str:
    if outside is None:
        if declared is not None and declared.startswith("utf-16"):
            raise FormatError("says its encoding in two ways that differ")
        return declared or "utf-8"
    if declared is not None and declared != outside and not (declared == "utf-16" and outside.startswith("utf-16")):
        raise FormatError("says its encoding in two ways that differ")
    return outside


def _decoded(document: bytes, encoding: str, skipped: int) -> bytes:
    """`skipped` are the characters of the declaration, which would name another encoding than UTF-8."""
    if encoding in {"utf-8", "ascii"}:  # the parser itself refuses what is no UTF-8
        return document.removeprefix(_UTF8_MARK)[skipped:]
    try:
        return document.decode(encoding).removeprefix("\ufeff")[skipped:].encode()
    except UnicodeError:
        raise FormatError("is not in the encoding that it says") from None


class _Reader:
    """What expat tells, as fields. An element without attributes or children is its text."""

    def __init__(self, lists: Collection[str]) -> None:
        self.root: dict[str, Any] = {}
        self._lists = frozenset(tuple(snake_case(step) for step in each.split(".")) for each in lists)
        self._due: dict[tuple[str, ...], list[str]] = {}
        for *around, name in self._lists:
            if around:
                self._due.setdefault(tuple(around), []).append(name)
        self._path: tuple[str, ...] = ()
        self._open: list[dict[str, Any]] = [self.root]
        self._texts: list[list[str]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) > MAX_DEPTH:
            raise FormatError(f"is nested more than {MAX_DEPTH} deep")
        self._path += (_field(name),)
        fields: dict[str, Any] = {}
        for attribute, value in attributes.items():
            if not attribute.startswith("xmlns"):
                self._add(fields, _field(attribute), value)
        self._open.append(fields)
        self._texts.append([])

    def text(self, text: str) -> None:
        self._texts[-1].append(text)

    def end(self, _name: str) -> None:
        fields, text = self._open.pop(), "".join(self._texts.pop())
        for due in self._due.get(self._path, ()):
            fields.setdefault(due, [])
        if fields and text.strip():
            self._add(fields, "value", text)
        *around, field = self._path
        self._path = tuple(around)
        self._add(self._open[-1], field, fields or text)

    def instruction(self, _target: str, _data: str) -> None:
        raise FormatError("has a processing instruction")

    def _add(self, fields: dict[str, Any], field: str, value: object) -> None:
        if field not in fields:
            is_list = (field,) in self._lists or (*self._path, field) in self._lists
            fields[field] = [value] if is_list else value
        elif isinstance(fields[field], list):
            fields[field].append(value)
        else:
            fields[field] = [fields[field], value]


def _field(name: str) -> str:
    return snake_case(name.rpartition(":")[2])


def _written(name: str, value: object, depth: int) -> Iterator[str]:
    if not depth:
        raise FormatError(f"is nested more than {MAX_DEPTH} deep")
    if _NAME.fullmatch(name) is None:
        raise FormatError("has a name that is none in XML")
    if isinstance(value, list | tuple):
        for each in value:
            yield from _written(name, each, depth - 1)
    elif isinstance(value, Mapping):
        yield f"<{name}>"
        for field, each in value.items():
            yield from _written(field, each, depth - 1)
        yield f"</{name}>"
    elif value is not None:
        yield f"<{name}>{escape(check_characters(_text(value)))}</{name}>"


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if hasattr(value, "as_tuple") else str(value)
