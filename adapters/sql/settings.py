"""What an operator writes of a database and of its operations."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from adapters.sql.statement import Statement
from facade.port import Template

MAX_CONNECTIONS: Final = 64
"""Each is a thread: more of them than this wait for each other and not for the disk."""

_SCHEME: Final = "sqlite:///"


class Rows(enum.StrEnum):
    """How an operation answers: one row as an object, none being a 404; or every row as an array."""

    ONE = "one"
    MANY = "many"


class SqlSettings(BaseModel):
    """`settings` of a silo. `url` is secret: another database's holds a password."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: SecretStr
    connections: int = Field(default=4, ge=1, le=MAX_CONNECTIONS)

    @field_validator("url")
    @classmethod
    def _names_a_file(cls, url: SecretStr) -> SecretStr:
        address = url.get_secret_value()
        if not address.startswith(_SCHEME):
            raise ValueError("only SQLite is built yet; write sqlite:///PATH, from this file's folder or absolute")
        path = address.removeprefix(_SCHEME)
        if not path or path.endswith("/") or path == ":memory:" or "?" in path or "\0" in path:
            raise ValueError("this names no file; write sqlite:///PATH, from this file's folder or absolute")
        return url

    def path(self, folder: Path) -> Path:
        """The database's file; `folder` is where a relative one starts."""
        return folder / self.url.get_secret_value().removeprefix(_SCHEME)


class SqlOperation(BaseModel):
    """One operation of a silo. `status` is that of its good answer, of those that a whole answer can have."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    query: Statement
    arguments: dict[str, Template] = Field(default_factory=dict)
    rows: Rows = Rows.MANY
    writes: bool = False
    status: int = Field(default=200, ge=200, le=204)
