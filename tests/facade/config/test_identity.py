"""What is written of a route has one identity however it is set, and another as soon as it says something else."""

from __future__ import annotations

import pytest

from facade.config.compose import compose_text
from facade.config.identity import VERSION, identity
from facade.config.nodes import MappingNode

TEXT = """
name: titles.read
match: GET /titles/{number}
canary: {share: 25%, by: [cookie s, header X-Key]}
guard: {errors: +1 point}
"""


def of(text: str) -> str:
    (block,) = compose_text("routes/a.yaml", text).documents
    assert isinstance(block, MappingNode)
    return identity(block)


def test_comments_blanks_quotes_and_the_order_of_keys_say_nothing() -> None:
    same = """
# of the property team
guard:
    errors:   "+1 point"   # agreed
canary:
  by:
    - cookie s
    - header X-Key
  share: '25%'
match: GET /titles/{number}

name: titles.read
"""
    assert of(same) == of(TEXT)
    assert of(TEXT).startswith(VERSION)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("25%", "26%"),
        ("titles.read", "titles.write"),
        ("[cookie s, header X-Key]", "[header X-Key, cookie s]"),
        ("[cookie s, header X-Key]", "cookie s"),
        ("guard: {errors: +1 point}", ""),
        ("+1 point", "+2 points"),
        ("share", "keys"),
        ("canary:", "timeout: 3s\ncanary:"),
    ],
)
def test_every_key_and_value_counts(old: str, new: str) -> None:
    assert old in TEXT
    assert of(TEXT.replace(old, new)) != of(TEXT)
