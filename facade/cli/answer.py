"""How a command speaks: plain words on standard output, or one JSON document with `--json`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping


class Failed(Exception):  # noqa: N818 - the command's answer, not a defect
    """The command is refused or something is mistaken: exit status 1.

    The text is `place: what; what to do`, a line for each mistake. `document` is what `--json` answers, by default the
    text as `error`.
    """

    def __init__(self, text: str, document: Mapping[str, object] | None = None) -> None:
        super().__init__(text)
        self.document = {"error": text} if document is None else document


def say(document: Mapping[str, object], lines: Iterable[str], *, as_json: bool) -> None:
    """Answer, in the way that was asked for."""
    print(json.dumps(document) if as_json else "\n".join(lines))


def say_failed(failed: Failed, *, as_json: bool) -> None:
    """Answer that it is refused or mistaken."""
    say(failed.document, [str(failed)], as_json=as_json)
