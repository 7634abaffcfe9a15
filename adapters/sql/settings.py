"""What an operator writes of a database and of its operations."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from adapters.sql.statement import Statement
from facade.port import AnsweredOperation

MAX_CONNECTIONS: Final = 64
"""More of them than this wait for each other, and not for the database."""

_SQLITE: Final = "sqlite:///"
_POSTGRES: Final = ("postgresql", "postgres")
_OPTIONS: Final = frozenset({"host", "sslcert", "sslkey", "sslmode", "sslrootcert"})
"""What a PostgreSQL URL may have after its `?` (postgresql.org/docs/current/libpq-connect.html, section 34.1.2)."""

_FILES: Final = ("sslcert", "sslkey", "sslrootcert")
"""Those of them that are files."""

_MODES: Final = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
"""What `sslmode` may be."""

_SHAPES: Final = "write sqlite:///PATH or postgresql://USER:PASSWORD@HOST/DATABASE"


class Rows(enum.StrEnum):
    """How an operation answers: one row as an object, none being a 404; or every row as an array."""

    ONE = "one"
    MANY = "many"


class SqlSettings(BaseModel):
    """`settings` of a silo. `url` is secret: it may hold a password."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: SecretStr
    connections: int = Field(default=4, ge=1, le=MAX_CONNECTIONS)

    @field_validator("url")
    @classmethod
    def _names_a_database(cls, url: SecretStr) -> SecretStr:
        address = url.get_secret_value()
        if address.startswith(_SQLITE):
            _check_file(address.removeprefix(_SQLITE))
        else:
            _check_server(address)
        return url

    @property
    def is_file(self) -> bool:
        """Whether the database is an SQLite file."""
        return self.url.get_secret_value().startswith(_SQLITE)

    @property
    def certificates(self) -> Mapping[str, Path]:
        """The files that a server's URL names, by their option."""
        options = {} if self.is_file else parse_qs(urlsplit(self.url.get_secret_value()).query)
        return {option: Path(options[option][0]) for option in _FILES if option in options}

    def path(self, folder: Path) -> Path:
        """The database's file; `folder` is where a relative one starts."""
        return folder / self.url.get_secret_value().removeprefix(_SQLITE)


class SqlOperation(AnsweredOperation):
    """One operation of a silo: a statement, and how its rows answer."""

    query: Statement
    rows: Rows = Rows.MANY


def _check_file(path: str) -> None:
    if not path or path.endswith("/") or path == ":memory:" or "?" in path or "\0" in path:
        raise ValueError("this names no file; write sqlite:///PATH, from this file's folder or absolute")


def _check_server(address: str) -> None:
    url = urlsplit(address)
    try:
        is_named = url.scheme in _POSTGRES and len(url.path) > 1 and url.port != 0
        options = parse_qs(url.query, keep_blank_values=True, strict_parsing=bool(url.query))
    except ValueError:  # a port that is no number, or a query that is none
        raise ValueError(f"this is no database's URL; {_SHAPES}") from None
    if not is_named or not (url.hostname or options.get("host")) or url.fragment:
        raise ValueError(f"this names no database; {_SHAPES}")
    if any(mode.startswith("verify-") for mode in options.get("sslmode", ())) and "sslrootcert" not in options:
        raise ValueError("a certificate is verified by its authority's; add sslrootcert=/PATH/OF/IT.pem")
    for option in sorted(options.keys() - _OPTIONS):
        raise ValueError(f"{option} is no option that may stand here; write one of {', '.join(sorted(_OPTIONS))}")
    if not set(options.get("sslmode", ())) <= set(_MODES):
        raise ValueError(f"there is no such sslmode; write one of {', '.join(_MODES)}")
    for option in _FILES:
        if not all(path.startswith("/") for path in options.get(option, ())):
            raise ValueError(f"{option} is no absolute path; write one")
