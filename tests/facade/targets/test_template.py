"""A path template that is filled with a request's parameters."""

from __future__ import annotations

import pytest

from facade.targets.template import PathTemplate


@pytest.mark.parametrize(
    ("template", "parameters", "filled"),
    [
        ("/", {}, "/"),
        ("/find", {}, "/find"),
        ("/v2/{number}/full", {"number": "7"}, "/v2/7/full"),
        ("/v2/{number}", {"number": "a%2Db"}, "/v2/a%2Db"),
        ("/v2/{rest...}", {"rest": "a/b/c"}, "/v2/a/b/c"),
        ("/v2/{rest...}", {"rest": ""}, "/v2/"),
        ("/v2/{other}", {"number": "7"}, "/v2/"),
        ("https://new.example/{number}", {"number": "7"}, "https://new.example/7"),
        ("https://new.example:8443", {}, "https://new.example:8443/"),
    ],
)
def test_a_template_is_filled_with_what_was_sent(template: str, parameters: dict[str, str], filled: str) -> None:
    assert PathTemplate.parse(template).fill(parameters) == filled


def test_a_template_that_is_none_says_what_is_wrong() -> None:
    with pytest.raises(ValueError, match=";"):
        PathTemplate.parse("/v2/{num/x")
