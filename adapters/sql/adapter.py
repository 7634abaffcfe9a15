"""The kind `sql`: a call's arguments become a statement's bound values, its rows the answer's JSON."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from adapters.sql.settings import Rows, SqlOperation, SqlSettings
from adapters.sql.sqlite import SqliteDatabase, syntax_mistake
from adapters.sql.work import Bound, Work
from facade.port import (
    Adapter,
    AdapterKind,
    Answer,
    BadArgument,
    Call,
    Services,
    SiloSaysNo,
    Template,
    Value,
    parameter_mistakes,
)

_JSON: Final = (("content-type", "application/json"),)
_INTEGER_BITS: Final = 63
"""Of SQLite's largest integer (sqlite.org/datatype3.html)."""


class SqlAdapter(Adapter):
    """An open database and its operations."""

    def __init__(self, database: SqliteDatabase, operations: Mapping[str, SqlOperation]) -> None:
        self._database = database
        self._operations = operations

    def __repr__(self) -> str:
        return f"<SqlAdapter operations={sorted(self._operations)}>"

    async def call(self, call: Call) -> Answer:
        """Run the operation's statement. A write that was not answered may or may not have been done."""
        operation = self._operations[call.operation]
        work = Work(
            operation=call.operation,
            query=operation.query.text,
            values=_bind(operation.arguments, call),
            writes=operation.writes,
            one=operation.rows is Rows.ONE,
        )
        await self._database.run(work, call.deadline)
        return _answer(operation, work)

    async def close(self) -> None:
        """Stop what runs and leave nothing open."""
        await self._database.close()


class SqlKind(AdapterKind[SqlSettings, SqlOperation]):
    """Databases. Only SQLite is built yet."""

    name = "sql"
    settings = SqlSettings
    operation = SqlOperation

    def mistakes(self, operation: SqlOperation, parameters: frozenset[str]) -> tuple[tuple[str, str], ...]:
        """What is wrong between the keys of an operation, and what SQLite says of its query."""
        return (*_query_mistakes(operation), *parameter_mistakes(operation.arguments, parameters))

    async def open(
        self, settings: SqlSettings, operations: Mapping[str, SqlOperation], services: Services
    ) -> SqlAdapter:
        """Nothing is opened yet: the first call does that, and a missing database is its error."""
        database = SqliteDatabase(settings.path(services.folder), settings.connections, services)
        return SqlAdapter(database, operations)


def _query_mistakes(operation: SqlOperation) -> tuple[tuple[str, str], ...]:
    query, given = operation.query, operation.arguments.keys()
    found = [("query", f":{name} has no value; give it in arguments") for name in sorted(query.parameters - given)]
    found += [
        (f"arguments.{name}", f"the query does not use it; write :{name} there or take it out")
        for name in sorted(given - query.parameters)
    ]
    if query.writes and not operation.writes:
        found.append(("query", f"this {query.verb} changes the database; add writes: true"))
    if operation.writes and not query.writes:
        found.append(("writes", f"this {query.verb} changes nothing; take writes out"))
    if operation.rows is Rows.ONE and not query.returns:
        found.append(("rows", f"this {query.verb} returns no row; add returning COLUMN to the query"))
    if syntax := syntax_mistake(query):
        found.append(("query", f"SQLite cannot read this ({syntax}); try it in a database's shell"))
    return tuple(found)


def _bind(arguments: Mapping[str, Template], call: Call) -> Bound:
    return {name: _bound(template, template.fill(call)) for name, template in arguments.items()}


def _bound(template: Template, value: Value) -> str | int | None:
    """A value as SQLite stores it without loss: a decimal and a date as their text, a truth as 1 or 0."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, int) and value.bit_length() > _INTEGER_BITS:
        raise BadArgument(template.field, f"must be a whole number of at most {_INTEGER_BITS} bits")
    return int(value) if isinstance(value, bool) else value


def _answer(operation: SqlOperation, work: Work) -> Answer:
    if work.one and not work.written.count:
        raise SiloSaysNo(404, f"{work.operation}: nothing found")
    if operation.status == 204:  # no content, by definition (RFC 9110 section 15.3.5)
        return Answer(operation.status)
    return Answer(operation.status, work.written.answer(), _JSON)
