"""An operation as it is understood once its copybooks are read: a call into a record, a record into an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from adapters.mainframe.copybooks import FileError, open_copybook
from adapters.mainframe.frames import Framing, limit_of
from adapters.mainframe.returned import ReturnCode, return_codes
from adapters.mainframe.settings import Frame, MainframeOperation, MainframeSettings
from facade.formats.copybook import ChoiceError, Copybook, CopybookError, FieldError, Record, key_of
from facade.port import Answer, BadArgument, Call, Files, Finding, SiloNonsense, Template


@dataclass(frozen=True, slots=True, repr=False)
class Operation:
    """One operation. `templates` are its arguments by the key of the request's field."""

    name: str
    written: MainframeOperation
    request: Record
    reply: Record
    templates: Mapping[str, Template]
    codes: tuple[ReturnCode, ...]
    framing: Framing

    @property
    def values(self) -> int:
        """How many values its larger record has at most."""
        return max(self.request.values, self.reply.values)

    def record(self, call: Call) -> bytes:
        """The request's bytes; raise BadArgument, which names what the caller sent."""
        values = {key: template.fill(call) for key, template in self.templates.items()}
        try:
            return self.request.encode(values)
        except FieldError as error:
            template = self.templates.get(key_of(error.field))
            field = template.field if template else ", ".join(filter(None, (t.field for t in self.templates.values())))
            raise BadArgument(field, error.problem) from None

    def answer(self, call: Call, raw: bytes, *, large: bool = False) -> Answer:
        """The answer that a reply makes; raise SiloSaysNo for its return code, SiloNonsense for what does not fit."""
        try:
            for code in self.codes:
                code.check(self.name, raw)
            fields = self.reply.decode(raw)
        except FieldError as error:
            raise SiloNonsense(f"{self.name}: no usable answer: {error}") from None
        return self.written.finish(call, fields, large=large)


Understood: TypeAlias = Operation | tuple[tuple[str, str], ...]
"""An operation, or what is wrong with it: (key, `what; mend`)."""


def understand(
    settings: MainframeSettings, written: Mapping[str, MainframeOperation], files: Files
) -> dict[str, Understood]:
    """Every operation. Blocking: it reads the copybooks, which are among `files`."""
    return {name: _Understanding(settings, operation, files).of(name) for name, operation in written.items()}


def findings(understood: Mapping[str, Understood]) -> Iterator[Finding]:
    for name, found in understood.items():
        for key, text in () if isinstance(found, Operation) else found:
            yield Finding(f"operations.{name}.{key}", text)


class _Understanding:
    """One operation on its way; what is wrong gathers as it goes."""

    def __init__(self, settings: MainframeSettings, operation: MainframeOperation, files: Files) -> None:
        self._settings = settings
        self._operation = operation
        self._files = files
        self._wrong: list[tuple[str, str]] = []

    def of(self, name: str) -> Understood:
        operation, books = self._operation, {}
        for key, written in (("request", operation.request), ("reply", operation.reply)):
            if (book := self._copybook(key, written)) is not None:
                books[key] = book
        if len(books) == 2:
            self._check_readings(books.values())
        records = {key: record for key, book in books.items() if (record := self._record(key, book)) is not None}
        request, reply = records.get("request"), records.get("reply")
        templates = {} if request is None else dict(self._templates(request))
        codes = () if reply is None else tuple(return_codes(operation.faults, reply, self._wrong))
        if self._wrong or request is None or reply is None:
            return tuple(self._wrong)
        framing = Framing.of(self._settings.frame, reply.most)
        return Operation(name, operation, request, reply, templates, codes, framing)

    def _copybook(self, key: str, written: str) -> Copybook | None:
        try:
            return open_copybook(self._files, written)
        except FileError as error:
            self._wrong.append((key, str(error)))
        except CopybookError as error:
            self._wrong += [(key, str(mistake)) for mistake in error.mistakes]
        return None

    def _check_readings(self, books: Iterable[Copybook]) -> None:
        """A reading is the request's, the reply's or both's: whichever copybook has it."""
        known = frozenset().union(*(book.readings for book in books))
        for name in self._operation.redefines:
            if name.upper() not in known:
                what = f"{name} neither redefines anything nor is redefined; name a redefinition of a copybook"
                self._wrong.append((f"redefines.{name}", what))

    def _record(self, key: str, book: Copybook) -> Record | None:
        redefines = {name: tests for name, tests in self._operation.redefines.items() if name.upper() in book.readings}
        try:
            record = Record(book, self._settings.code_page, self._settings.numbers, redefines)
        except ChoiceError as error:
            self._wrong.append((".".join(("redefines", *error.keys)), error.problem))
            return None
        except CopybookError as error:
            self._wrong += [(key, str(mistake)) for mistake in error.mistakes]
            return None
        self._check_length(key, record)
        return record

    def _check_length(self, key: str, record: Record) -> None:
        frame, limit = self._settings.frame, limit_of(self._settings.frame)
        if frame is Frame.FIXED and record.least != record.most:
            what = f"{record.name} has {record.least} to {record.most} bytes; a fixed frame needs one length"
            self._wrong.append((key, what))
        if limit is not None and record.most > limit:
            what = f"{record.name} has up to {record.most} bytes, and frame {frame} ends at {limit}; write length4"
            self._wrong.append((key, what))

    def _templates(self, request: Record) -> Iterator[tuple[str, Template]]:
        """The arguments by key. Those that are constant are tried at once, in a record of nothing else."""
        constants: dict[str, object] = {}
        for name, template in self._operation.arguments.items():
            key = key_of(name)
            if key not in request.fields:
                known = ", ".join(request.fields.values())
                self._wrong.append((f"arguments.{name}", f"{request.name} has no such field; write one of {known}"))
            elif not template.placeholders:
                constants[key] = template.parts[0] if template.parts else ""
            yield key, template
        try:
            request.encode(constants)
        except FieldError as error:
            name = next((each for each in self._operation.arguments if key_of(each) == key_of(error.field)), "")
            if key_of(name) in constants:
                self._wrong.append((f"arguments.{name}", f"{error.problem}; write a value that fits"))
