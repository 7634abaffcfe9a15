"""The kind `sql`: a call's arguments become a statement's bound values, its rows the answer's JSON."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, Protocol

from adapters.sql.settings import Rows, SqlOperation, SqlSettings
from adapters.sql.sqlite.database import SqliteDatabase
from adapters.sql.sqlite.examine import float_columns, syntax_mistake
from adapters.sql.work import Work
from facade.port import Adapter, AdapterKind, Answer, Call, Files, Finding, Services, SiloSaysNo, parameter_mistakes

_JSON: Final = (("content-type", "application/json"),)


class Database(Protocol):
    """What runs statements."""

    async def run(self, work: Work, deadline: float) -> None:
        """Do the work before `deadline`, or stop it and undo it; raise BadArgument or a SiloError."""

    async def close(self) -> None:
        """Stop what runs and leave nothing open."""


class SqlAdapter(Adapter):
    """An open database and its operations."""

    def __init__(self, database: Database, operations: Mapping[str, SqlOperation]) -> None:
        self._database = database
        self._operations = operations
        self._sources = {
            name: {argument: template.field for argument, template in operation.arguments.items()}
            for name, operation in operations.items()
        }

    def __repr__(self) -> str:
        return f"<SqlAdapter operations={sorted(self._operations)}>"

    async def call(self, call: Call) -> Answer:
        """Run the operation's statement. A write that was not answered may or may not have been done."""
        operation = self._operations[call.operation]
        work = Work(
            operation=call.operation,
            query=operation.query,
            values={name: template.fill(call) for name, template in operation.arguments.items()},
            writes=operation.writes,
            one=operation.rows is Rows.ONE,
            document=operation.document,
            sources=self._sources[call.operation],
        )
        await self._database.run(work, call.deadline)
        return _answer(operation, work)

    async def close(self) -> None:
        """Stop what runs and leave nothing open."""
        await self._database.close()


class SqlKind(AdapterKind[SqlSettings, SqlOperation]):
    """Databases: SQLite and PostgreSQL."""

    name = "sql"
    settings = SqlSettings
    operation = SqlOperation

    def mistakes(self, operation: SqlOperation, parameters: frozenset[str]) -> tuple[tuple[str, str], ...]:
        """What is wrong between the keys of an operation."""
        return (*_query_mistakes(operation), *parameter_mistakes(operation.arguments, parameters))

    def examine(
        self, settings: SqlSettings, operations: Mapping[str, SqlOperation], folder: Path, files: Files
    ) -> tuple[Finding, ...]:
        """What SQLite says of the queries; a server is asked by the first call. A certificate may come later too."""
        if not settings.is_file:
            return tuple(_unreadable(settings))
        path = settings.path(folder)
        return tuple(each for name, operation in operations.items() for each in _file_findings(name, operation, path))

    async def open(
        self, settings: SqlSettings, operations: Mapping[str, SqlOperation], services: Services
    ) -> SqlAdapter:
        """Nothing is opened yet: the first call does that, and a missing database is its error."""
        return SqlAdapter(_database(settings, services), operations)


def _database(settings: SqlSettings, services: Services) -> Database:
    if settings.is_file:
        return SqliteDatabase(settings.path(services.folder), settings.connections, services)
    from adapters.sql.postgres.database import PostgresDatabase

    return PostgresDatabase(settings.url.get_secret_value(), settings.connections, services)


def _query_mistakes(operation: SqlOperation) -> Iterator[tuple[str, str]]:
    query, given = operation.query, operation.arguments.keys()
    for name in sorted(query.parameters - given):
        yield "query", f":{name} has no value; give it in arguments"
    for name in sorted(given - query.parameters):
        yield f"arguments.{name}", f"the query does not use it; write :{name} there or take it out"
    if query.writes and not operation.writes:
        yield "query", f"this {query.verb} changes the database; add writes: true"
    if operation.writes and not query.writes:
        yield "writes", f"this {query.verb} changes nothing; take writes out"
    if operation.rows is Rows.ONE and not query.returns:
        yield "rows", f"this {query.verb} returns no row; add returning COLUMN to the query"


def _unreadable(settings: SqlSettings) -> Iterator[Finding]:
    for option, path in settings.certificates.items():
        if not os.access(path, os.R_OK):
            what = f"the file of {option} is not there or may not be read, so no connection can be made"
            yield Finding("settings.url", f"{what}; put it there", warns=True)


def _file_findings(name: str, operation: SqlOperation, path: Path) -> Iterator[Finding]:
    key = f"operations.{name}.query"
    if syntax := syntax_mistake(operation.query):
        yield Finding(key, f"SQLite cannot read this ({syntax}); try it in a database's shell")
    for column in float_columns(operation.query, path):
        what = f"{column} keeps fractions as binary floats, so no money in it is exact"
        yield Finding(key, f"{what}; keep text or whole pence there", warns=True)


def _answer(operation: SqlOperation, work: Work) -> Answer:
    assert work.written is not None, "a database that did its work has written its rows"
    if work.one and not work.written.count:
        raise SiloSaysNo(404, f"{work.operation}: nothing found")
    if operation.status == 204:  # no content, by definition (RFC 9110 section 15.3.5)
        return Answer(operation.status)
    return Answer(operation.status, work.written.answer(), _JSON)
