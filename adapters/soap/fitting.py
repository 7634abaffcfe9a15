"""Whether what an argument's template can give is what its place in the message takes, as far as is known at load."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from adapters.soap.facets import Restriction
from adapters.soap.lexical import TEXT, BuiltIn, Misfit, as_lexical
from adapters.soap.request import lexical
from adapters.soap.schema import Attribute, Child, built_in, item_of_list, text_type
from facade.port import Template


def template_mistakes(
    argument: str, template: Template, place: Child | Attribute, known: Mapping[str, Restriction]
) -> Iterator[tuple[str, str]]:
    """What is wrong between a template and its place, as (key, `what; mend`)."""
    key = f"arguments.{argument}"
    placeholders = template.placeholders
    wanted = _wanted(place)
    alone = len(template.parts) == 1 and len(placeholders) == 1
    if alone and str(placeholders[0].type) not in wanted.takes:
        fitting = " or ".join(f":{each}" for each in sorted(wanted.takes))
        yield key, f"{place.name} is of type {wanted.name}, which takes no :{placeholders[0].type}; write {fitting}"
    elif alone and placeholders[0].optional and placeholders[0].default is None:
        if _must_be_there(place):
            yield key, f"{place.name} must be there, and this may be nothing; give it a default, or take the = out"
    elif misfit := _constant_misfit(template, place, known):
        yield key, f"{place.name} {misfit}, and this never is; write one that fits"


def _wanted(place: Child | Attribute) -> BuiltIn:
    kind = text_type(place.type)
    return TEXT if kind is None or item_of_list(kind) is not None else built_in(kind)


def _must_be_there(place: Child | Attribute) -> bool:
    return place.required and not (isinstance(place, Child) and place.nillable)


def _constant_misfit(template: Template, place: Child | Attribute, known: Mapping[str, Restriction]) -> str | None:
    """Why what is written in the configuration itself, a constant or a default, does not fit; None if it does."""
    placeholders = template.placeholders
    if not placeholders:
        value = "".join(str(each) for each in template.parts)
    elif len(template.parts) == 1 and placeholders[0].default is not None:
        value = as_lexical(placeholders[0].default)
    else:
        return None
    try:
        lexical(value, text_type(place.type), known)
    except Misfit as misfit:
        return str(misfit)
    return None
