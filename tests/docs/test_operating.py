"""docs/operating.md: the orders it shows are orders, and its table of refusals has each that an order can meet."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from facade.control import actions, connections, site
from facade.control.actions import SENT_AS, Asked, asked, order
from facade.control.answers import Question
from facade.control.connections import BODY_BYTES
from facade.control.done import Done
from facade.control.order import LONGEST_TOLD, Verb

PAGE = (Path(__file__).resolve().parents[2] / "docs/operating.md").read_text()
ORDERS = re.findall(r"curl \S+(/api/\w+) .*\\\n  -d '(.*)'", PAGE)
SECTION = PAGE[PAGE.index("### Orders by HTTP") : PAGE.index("### This one sidecar")]


def test_each_verb_has_an_example():
    assert {path for path, _ in ORDERS} == {f"/api/{verb}" for verb in Verb}


@pytest.mark.parametrize(("path", "document"), ORDERS)
def test_every_example_is_an_order(path: str, document: str):
    question = Question("POST", path, content_type=SENT_AS, body=document.encode())
    assert order(Verb(path.removeprefix("/api/")), asked(question)).because.cause == "api"


def test_every_field_of_the_question_and_of_the_answer_is_named():
    words = re.sub(r"```.*?```", "", SECTION, flags=re.DOTALL)
    said = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]+)`", words))))
    assert sorted({*Asked.__struct_fields__, *Done.__dataclass_fields__} - said) == []


def test_every_refusal_is_in_the_table():
    written = {int(status) for status in re.findall(r"^\| (\d{3}) \|", SECTION, re.MULTILINE)}
    raised = {
        int(status)
        for module in (actions, site, connections)
        for status in re.findall(r"Problem\((\d{3}), \"", inspect.getsource(module))
    }
    assert written == raised - {404, 500}


def test_the_bounds_are_those_of_the_program():
    assert f"of {LONGEST_TOLD} characters at most" in SECTION
    assert f"more than {BODY_BYTES // 1024} KiB" in SECTION
    assert f"more than {connections.ANSWER_WITHIN:g} s" in SECTION
