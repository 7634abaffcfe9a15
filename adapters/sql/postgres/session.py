"""One connection to PostgreSQL. Work on it may be cancelled at any moment, and is then not waited for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import asyncpg

from adapters.sql.postgres.values import plain_row
from adapters.sql.work import RowWriter
from facade.formats import FormatError, Json, decode_json
from facade.port import SiloError

_SERVER_SETTINGS: Final = {
    "application_name": "strangler-facade",
    # A statement alone cannot change anything, and costs one exchange; a write says otherwise in its transaction.
    "default_transaction_read_only": "on",
    # What a sidecar that stopped in mid-transaction holds locked is free again after a minute.
    "idle_in_transaction_session_timeout": "60000",
}

_TIMEOUTS: Final = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)
"""Seconds that the server gives a statement: the first that reaches the deadline, so that it is seldom sent anew."""

_GOODBYE: Final = 2.0
"""Seconds for a server to acknowledge that a statement was cancelled and the connection closed."""

_ROWS_AT_ONCE: Final = 50
"""Rows fetched in one exchange: the event loop is held for no longer, and memory for no more."""


class PostgresSession:
    """A connection to the database at `url`, opened when it is first used."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._opened = 0.0
        self._timeout = 0.0
        self._connection: asyncpg.Connection | None = None

    def __repr__(self) -> str:
        return f"<PostgresSession opened={self._opened}>"

    async def open(self, now: float, age: float) -> None:
        """Be open at `now`, and not since longer than `age` seconds ago; raise asyncpg's errors and OSError."""
        connection = self._connection
        if (
            connection is not None
            and not connection.is_closed()
            and now - self._opened <= age
            and _is_guarded(connection)
        ):
            return
        await self._disconnect()
        self._connection = await _connect(self._url)
        self._opened, self._timeout = now, 0.0

    async def read_one(self, query: str, values: Sequence[object], writer: RowWriter, seconds: float) -> None:
        """Run a statement that only reads, for its one row, in one exchange."""
        connection = await self._limited(seconds)
        # A second row is enough to know that there are too many; without the bound a million would come.
        bounded = f"select * from (\n{query}\n) as answer limit 2"  # noqa: S608 - the operator's own query, no value
        _write(await connection.fetch(bounded, *values), writer)

    async def read_many(self, query: str, values: Sequence[object], writer: RowWriter, seconds: float) -> None:
        """Run a statement that only reads, for all its rows, some at a time."""
        connection = await self._limited(seconds)
        await _transact(connection, lambda: _fetch(connection, query, values, writer))

    async def write(self, query: str, values: Sequence[object], writer: RowWriter, seconds: float) -> None:
        """Run a statement that writes; it is undone if its answer cannot be used."""
        connection = await self._limited(seconds)

        async def work() -> None:
            await connection.execute("set transaction read write")
            await _fetch(connection, query, values, writer)

        await _transact(connection, work)

    def survives(self, error: BaseException) -> bool:
        """After what the server or the answer itself said no to; not after what was cancelled in its midst."""
        answered = isinstance(error, asyncpg.PostgresError | SiloError)
        connection = self._connection
        return answered and connection is not None and not (connection.is_closed() or connection.is_in_transaction())

    def stop(self) -> None:
        """Nothing to do: `PostgresDatabase.close` ends what runs."""

    async def close(self) -> None:
        """Leave no connection; what was not committed is undone by the server."""
        await self._disconnect()

    async def _limited(self, seconds: float) -> asyncpg.Connection:
        """The connection, whose server ends a statement that nobody here is left to cancel."""
        assert self._connection is not None
        timeout = next((each for each in _TIMEOUTS if each >= seconds), _TIMEOUTS[-1])
        if timeout != self._timeout:
            await self._connection.execute(f"set statement_timeout = {round(timeout * 1000)}")
            self._timeout = timeout
        return self._connection

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            await connection.close(timeout=_GOODBYE)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            connection.terminate()


async def _connect(url: str) -> asyncpg.Connection:
    connection = await asyncpg.connect(url, server_settings=_SERVER_SETTINGS)
    for name, decode in _DECODERS.items():
        await connection.set_type_codec(name, schema="pg_catalog", encoder=str, decoder=decode)
    return connection


def _is_guarded(connection: asyncpg.Connection) -> bool:
    """Whether statements still only read: a query or a function of the database may have lifted it by set_config.

    Servers from version 14 on say so by themselves (libpq's ParameterStatus); of older ones it is not known.
    """
    return getattr(connection.get_settings(), "default_transaction_read_only", "on") == "on"


def _document(text: str) -> Json:
    return decode_json(text.encode())


_DECODERS: Final[Mapping[str, Callable[[str], object]]] = {
    "json": _document,
    "jsonb": _document,
    "float4": Decimal,
    "float8": Decimal,
}
"""Types that asyncpg would give as text or as floats; the digits of the server's own text are the shortest."""


async def _transact(connection: asyncpg.Connection, work: Callable[[], Awaitable[None]]) -> None:
    """Work, and commit it. What is cancelled in its midst is not waited for: the server undoes it by itself."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await work()
    except (asyncpg.PostgresError, asyncpg.InterfaceError, SiloError, FormatError):
        if not connection.is_closed():
            await transaction.rollback()
        raise
    await transaction.commit()


async def _fetch(connection: asyncpg.Connection, query: str, values: Sequence[object], writer: RowWriter) -> None:
    cursor = await connection.cursor(query, *values)
    while rows := await cursor.fetch(_ROWS_AT_ONCE):
        _write(rows, writer)


def _write(rows: Sequence[Mapping[str, Any]], writer: RowWriter) -> None:
    for row in rows:
        writer.add(tuple(row.keys()), plain_row(row))
