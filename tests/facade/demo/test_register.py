import contextlib
import sqlite3
from pathlib import Path

import yaml

from facade.demo import folder, register
from facade.demo.records import CLAIMS, claim


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def test_the_register_holds_every_claim(tmp_path: Path):
    path = register.make(tmp_path)
    known = claim("C7")
    assert rows(path, "select count(*) from claim") == [(len(CLAIMS),)]
    assert rows(path, "select status, amount from claim where reference = 'C7'") == [(known.status, str(known.amount))]


def test_a_register_made_again_has_forgotten_what_was_written(tmp_path: Path):
    path = register.make(tmp_path)
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("delete from claim")
    path.with_name(path.name + "-journal").write_bytes(b"left behind by a killed process")
    assert register.make(tmp_path) == path
    assert rows(path, "select count(*) from claim") == [(len(CLAIMS),)]
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_the_register_lies_where_the_shipped_silo_looks_for_it(tmp_path: Path):
    file = folder.shipped() / "silos" / "benefits-db.yaml"
    url = yaml.safe_load(file.read_text())["settings"]["url"]
    relative = Path("silos") / url.removeprefix("sqlite:///")
    assert (tmp_path / relative).resolve() == (tmp_path / register.FILE).resolve()


def test_the_shipped_operations_run_on_the_register(tmp_path: Path):
    path = register.make(tmp_path)
    operations = yaml.safe_load((folder.shipped() / "silos" / "benefits-db.yaml").read_text())["operations"]
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        opened = connection.execute(
            operations["open-claim"]["query"], {"reference": "N1", "nino": "QQ123456C", "amount": "120.50"}
        ).fetchall()
        read = connection.execute(operations["get-claim"]["query"], {"reference": "N1"}).fetchall()
    assert opened == [("N1",)]
    assert read == [("N1", "received", "120.50")]
