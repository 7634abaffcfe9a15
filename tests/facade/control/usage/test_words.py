"""The words that an operator's own files vouch for."""

from __future__ import annotations

from counted import a_route

from facade.config.settings import Configuration, Settings
from facade.control.usage.words import words
from facade.ending.vocabulary import WORDS


def test_templates_and_names_of_routes_give_words_and_their_parameters_do_not() -> None:
    routes = (a_route("fahrzeuge.lesen", match="GET /kfz-halter/{schmidt}/{rest...}"),)
    found = words(Configuration("a", Settings(), {}, routes, ()))
    assert found - WORDS == {"fahrzeuge", "lesen", "kfz", "halter"}
