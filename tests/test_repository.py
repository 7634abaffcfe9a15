"""What holds for the repository as a whole: its shape, its words, its pins, and that nothing private is in it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from statistics import median, quantiles

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = ("facade", "adapters")
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))

NOT_OURS = re.compile(r"(^|/)(\.git|\.venv[^/]*|\.[a-z_]+_cache|\.hypothesis|__pycache__|build|dist|facade-demo)(/|$)")
BINARY = {".sqlite", ".png", ".ico"}


@cache
def texts() -> dict[str, str]:
    """Every text file of the project, by its path from the top; this one aside, for it names what it looks for."""
    paths = (path for path in ROOT.rglob("*") if path.is_file() and path.suffix not in BINARY)
    names = {path.relative_to(ROOT).as_posix(): path for path in paths if path != Path(__file__)}
    return {name: path.read_text() for name, path in names.items() if not NOT_OURS.search(name)}


@cache
def sources() -> dict[str, str]:
    """The shipped Python files."""
    return {name: text for name, text in texts().items() if name.endswith(".py") and name.split("/")[0] in PACKAGES}


def found(pattern: str, names: dict[str, str], flags: re.RegexFlag = re.NOFLAG) -> list[str]:
    """`file:line: text` of each line that matches."""
    search = re.compile(pattern, flags).search
    lines = ((name, number, line) for name, text in names.items() for number, line in enumerate(text.splitlines(), 1))
    return [f"{name}:{number}: {line.strip()}" for name, number, line in lines if search(line)]


def functions() -> Iterator[tuple[int, str]]:
    for name, text in sources().items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield (node.end_lineno or node.lineno) - node.lineno + 1, f"{name}:{node.lineno} {node.name}"


def named(text: str) -> Iterator[str]:
    """What a module names itself: its classes, functions, parameters and variables."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


# Shape


def test_no_file_is_longer_than_three_hundred_lines_and_half_have_at_most_a_hundred_and_twenty() -> None:
    lengths = {name: text.count("\n") for name, text in sources().items()}
    assert [f"{name}: {length} lines" for name, length in lengths.items() if length > 300] == []
    assert median(lengths.values()) <= 120


def test_no_function_is_longer_than_forty_five_lines_and_nine_in_ten_have_at_most_twenty_five() -> None:
    lengths = list(functions())
    assert [place for length, place in lengths if length > 45] == []
    assert median(length for length, _ in lengths) <= 8
    assert quantiles((length for length, _ in lengths), n=10)[-1] <= 25


def test_every_module_opens_with_what_it_is_for() -> None:
    assert [name for name, text in sources().items() if not ast.get_docstring(ast.parse(text))] == []


def test_the_tests_stand_in_no_package() -> None:
    assert [name for name in texts() if name.startswith("tests/") and name.endswith("__init__.py")] == []


# Words


def test_nothing_is_left_to_do_without_a_place_in_the_plan() -> None:
    assert found(r"\b(TODO|FIXME|XXX|HACK)\b", texts()) == []


def test_every_exception_to_a_check_has_its_reason_on_the_line() -> None:
    python = {name: text for name, text in texts().items() if name.endswith(".py")}
    waived = found(r"#\s*(noqa|type:\s*ignore)", python)
    reasoned = re.compile(r"(noqa: [A-Z0-9, ]+|type: ignore\[[a-z-, ]+\]) +[#-] \w")
    assert [line for line in waived if not reasoned.search(line)] == []


def test_no_public_name_is_an_abbreviation_or_a_word_without_meaning() -> None:
    avoided = {"cfg", "ctx", "helper", "helpers", "manager", "mgr", "misc", "req", "resp", "util", "utils"}
    names = {f"{file}: {name}": name for file, text in sources().items() for name in [file, *named(text)]}
    words = {place: {word.lower() for word in re.findall(r"[A-Z]?[a-z]+", name)} for place, name in names.items()}
    assert [place for place, said in words.items() if said & avoided] == []


# Nothing private


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    mine = {str(ROOT), str(Path.home())} - {"/"}
    assert found("|".join(r"(?<![\w.~/}])" + re.escape(folder) + r"\b" for folder in mine), texts()) == []


def test_no_file_says_where_packages_come_from() -> None:
    assert found(r"https?://\S*/simple\b|\b(index-url|find-links|trusted-host)\b", texts()) == []


# Pins


def test_the_pins_are_names_versions_and_hashes_and_no_addresses() -> None:
    line = re.compile(r"# Made by .*|[a-z0-9.-]+==[\w.!+]+( ; [^\\]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?")
    assert [text for lock in LOCKS for text in lock.read_text().splitlines() if not line.fullmatch(text)] == []


def test_the_pins_are_those_of_the_dependency_tables() -> None:
    command = [sys.executable, str(ROOT / "requirements/lock.py"), "--check"]
    verdict = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (verdict.stdout, verdict.returncode) == ("4 lock files are fresh\n", 0)


def test_a_changed_dependency_makes_the_pins_stale(tmp_path: Path) -> None:
    (tmp_path / "requirements").mkdir()
    for source in [*LOCKS, ROOT / "requirements/lock.py", ROOT / "pyproject.toml"]:
        text = source.read_text().replace('"httptools>=0.9,<1"', '"httptools>=0.9.1,<1"')
        (tmp_path / source.relative_to(ROOT)).write_text(text)
    command = [sys.executable, str(tmp_path / "requirements/lock.py"), "--check"]
    verdict = subprocess.run(command, capture_output=True, text=True, check=False)
    assert verdict.returncode == 1
    assert verdict.stdout.splitlines()[0].startswith("requirements/build.txt:1: pyproject.toml's dependencies changed")
    assert verdict.stdout.count("run make lock") == 4


def distribution(requirement: str) -> str:
    """The name that a requirement begins with, or that of a distribution, as they are compared."""
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", requirement)[0]).lower()


def imported(text: str) -> set[str]:
    """The distributions whose modules a file imports."""
    nodes = list(ast.walk(ast.parse(text)))
    modules = {each.name for node in nodes if isinstance(node, ast.Import) for each in node.names}
    modules |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    tops = {module.partition(".")[0] for module in modules} - set(sys.stdlib_module_names) - set(PACKAGES)
    return {distribution(each) for top in tops for each in DISTRIBUTIONS[top]}


DISTRIBUTIONS = packages_distributions()
EXTRAS = {name: set(map(distribution, of)) for name, of in PROJECT["project"]["optional-dependencies"].items()}
MAY_IMPORT = {
    "adapters/batch/": EXTRAS["batch"],
    "adapters/mainframe/": EXTRAS["mainframe"],
    "adapters/queue/": EXTRAS["queue"],
    "adapters/screen/": EXTRAS["screen"],
    "adapters/soap/": EXTRAS["soap"],
    "adapters/sql/": EXTRAS["sql"],
    "facade/callers/": EXTRAS["auth"],
    "facade/cli/demo.py": EXTRAS["demo"],
    "facade/demo/": EXTRAS["demo"],
    "facade/telemetry/spans.py": set(map(distribution, DISTRIBUTIONS["opentelemetry"])),  # a namespace many share
    "facade/testing/": {"pytest"},  # the suite of an adapter's author, who has it
}


def test_every_distribution_that_is_imported_is_declared_by_the_core_or_by_the_extra_it_belongs_to() -> None:
    core = set(map(distribution, PROJECT["project"]["dependencies"]))
    undeclared = [
        f"{name}: {each}"
        for name, text in sources().items()
        for each in imported(text) - core - set().union(*(of for at, of in MAY_IMPORT.items() if name.startswith(at)))
    ]
    assert undeclared == []


def test_the_image_has_what_every_kind_of_adapter_needs() -> None:
    kinds = {path.parent.name for path in (ROOT / "adapters").glob("*/__init__.py")}
    needed = set().union(*(EXTRAS[name] for name in kinds & EXTRAS.keys()))
    assert needed <= {name for name, _ in pins("runtime")}


def pins(lock: str) -> set[tuple[str, str]]:
    text = (ROOT / f"requirements/{lock}.txt").read_text()
    return set(re.findall(r"^([a-z0-9.-]+)==([^ ]+)", text, re.MULTILINE))


@pytest.mark.parametrize("part", ["build", "runtime"])
def test_the_image_runs_the_versions_that_are_tested(part: str) -> None:
    assert pins(part) <= pins("development")


# Release


def test_the_changelog_knows_the_version() -> None:
    version = PROJECT["project"]["version"]
    assert re.search(rf"^## \[{re.escape(version)}\]", texts()["CHANGELOG.md"], re.MULTILINE)


def test_the_readme_opens_with_one_sentence_that_says_what_this_is() -> None:
    title, opening, *_ = texts()["README.md"].split("\n\n")
    assert title.startswith("# ")
    assert "sidecar proxy" in opening
    assert len(re.findall(r"[.!?](\s|$)", opening)) == 1


def test_the_decisions_are_numbered_without_a_gap_and_have_one_shape() -> None:
    decisions = {name: text for name, text in texts().items() if name.startswith("docs/adr/")}
    assert decisions
    assert [Path(name).name[:4] for name in sorted(decisions)] == [f"{n:04}" for n in range(1, len(decisions) + 1)]
    shape = ["## Context", "## Decision", "## Consequences"]
    assert [name for name, text in decisions.items() if re.findall(r"^## .*", text, re.MULTILINE) != shape] == []
