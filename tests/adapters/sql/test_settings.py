"""What an operator may write of a database."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from adapters.sql.settings import Rows, SqlOperation, SqlSettings

FOLDER = Path("/srv/silos")


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///claims.sqlite", "/srv/silos/claims.sqlite"),
        ("sqlite:///../records/claims.sqlite", "/srv/silos/../records/claims.sqlite"),
        ("sqlite:////var/claims.sqlite", "/var/claims.sqlite"),
        ("sqlite:///with space#and%20sign.db", "/srv/silos/with space#and%20sign.db"),
    ],
)
def test_a_path_is_absolute_or_starts_where_the_silos_file_lies(url: str, path: str) -> None:
    assert str(SqlSettings(url=url).path(FOLDER)) == path


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite://claims.sqlite", "names no database; write sqlite:///PATH or postgresql://"),
        ("claims.sqlite", "names no database; write sqlite:///PATH or postgresql://"),
        ("sqlite:///", "this names no file; write sqlite:///PATH"),
        ("sqlite:///folder/", "this names no file"),
        ("sqlite:///:memory:", "this names no file"),
        ("sqlite:///a.db?mode=rwc", "this names no file"),
    ],
)
def test_a_url_that_names_no_sqlite_file_is_a_mistake(url: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words) as mistake:
        SqlSettings(url=url)
    assert "hunter2" not in str(mistake.value)


@pytest.mark.parametrize("connections", ["0", "65", "-1", "many"])
def test_connections_are_bounded(connections: str) -> None:
    with pytest.raises(ValidationError):
        SqlSettings(url="sqlite:///a.db", connections=connections)


def test_what_is_not_written_has_its_default() -> None:
    assert SqlSettings(url="sqlite:///a.db").connections == 4
    operation = SqlOperation(query="select 1 as one")
    assert (operation.arguments, operation.rows, operation.writes, operation.status) == ({}, Rows.MANY, False, 200)


def test_a_url_is_secret() -> None:
    assert "hunter2" not in f"{SqlSettings(url='sqlite:///hunter2.db')!r}"


@pytest.mark.parametrize("status", ["199", "205", "206", "299", "404"])
def test_a_good_answer_has_a_status_that_says_so(status: str) -> None:
    with pytest.raises(ValidationError):
        SqlOperation(query="select 1", status=status)


def test_editors_get_a_schema_of_both() -> None:
    assert SqlSettings.model_json_schema()["properties"]["url"]["type"] == "string"
    operation = SqlOperation.model_json_schema()["properties"]
    assert operation["query"]["type"] == "string"
    assert operation["arguments"]["additionalProperties"] == {"type": "string"}


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user:hunter2@db/claims",
        "postgres://user@db:5433/claims?sslmode=verify-full&sslrootcert=/etc/ca.pem",
        "postgresql:///claims?host=/run/postgresql",
    ],
)
def test_a_server_is_named_by_its_url(url: str) -> None:
    settings = SqlSettings(url=url)
    assert (settings.is_file, "hunter2" in repr(settings)) == (False, False)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://user:hunter2@db", "names no database"),
        ("postgresql:///claims", "names no database"),
        ("postgresql://user:hunter2@db:port/claims", "no database's URL"),
        ("postgresql://user:hunter2@db/claims?nonsense", "no database's URL"),
        ("postgresql://user:hunter2@db/claims?options=-c", "options is no option"),
        ("postgresql://user:hunter2@db/claims#a", "names no database"),
        ("postgresql://user:hunter2@db/claims?sslmode=verify-full", "add sslrootcert="),
        ("postgresql://user:hunter2@db/claims?sslmode=on", "no such sslmode; write one of disable, "),
        ("postgresql://user:hunter2@db/claims?sslcert=client.pem", "sslcert is no absolute path"),
        ("mysql://user:hunter2@db/claims", "names no database"),
    ],
)
def test_a_url_that_names_no_server_is_a_mistake(url: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words) as mistake:
        SqlSettings(url=url)
    assert "hunter2" not in str(mistake.value)
