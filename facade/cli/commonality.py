"""`facade commonality`: which fields several silos answer with, by their operations' own YAML."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Mapping
from typing import Any, Final

from facade.cli.asking import ask, configure_asking
from facade.cli.sidecar import Sidecar
from facade.cli.table import table

FIELDS: Final = ("FIELD", "SILOS", "ANSWERED BY")
NUMBERS: Final = frozenset({"SILOS"})


configure = configure_asking


def run(arguments: Namespace) -> int:
    """Ask the sidecar, and show it."""
    return ask(arguments, "/api/commonality", lines)


def lines(found: Mapping[str, Any], sidecar: Sidecar) -> Iterator[str]:
    """What `/api/commonality` answered, in plain words."""
    if found["fields"]:
        yield from table(FIELDS, [_field(each) for each in found["fields"]], NUMBERS)
        yield ""
        yield from (f"{each['sentence']}: {', '.join(each['silos'])}" for each in found["fields"])
    else:
        yield "no field is answered by more than one silo"
    if found["more"]:
        yield f"and {found['more']:,} fields more"
    if found["unread"]:
        yield f"not known, for no operation of theirs has an answer: {', '.join(found['unread'])}"
    yield f"by the operations that {sidecar} runs"


def _field(each: Mapping[str, Any]) -> tuple[str, ...]:
    return each["field"], str(len(each["silos"])), ", ".join(each["operations"])
