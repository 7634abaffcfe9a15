"""How a command speaks: plain words on standard output, or one JSON document with `--json`."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterable, Mapping


class Failed(Exception):  # noqa: N818 - the command's answer, not a defect
    """The command is refused or something is mistaken: exit status 1.

    The text is `place: what; what to do`, a line for each mistake. `document` is what `--json` answers, by default the
    text as `error`.
    """

    def __init__(self, text: str, document: Mapping[str, object] | None = None) -> None:
        super().__init__(text)
        self.document = {"error": text} if document is None else document


class Unsaid(Exception):  # noqa: N818 - what became of the answer; the command itself may have done its work
    """The answer could not be written. The text is `place: what; what to do`, empty where nobody wants to read it."""


def say(document: Mapping[str, object], lines: Iterable[str], *, as_json: bool) -> None:
    """Answer, in the way that was asked for. Raises `Unsaid`."""
    try:
        print(json.dumps(document) if as_json else "\n".join(lines), flush=True)
    except BrokenPipeError as error:
        raise Unsaid from error  # whoever read has seen enough: facade status | head
    except OSError as error:
        raise Unsaid(f"standard output: cannot be written ({error.strerror}); send it elsewhere") from error


def speak_any_tongue() -> None:
    """Where a terminal or a pipe cannot take a character it gets its escape: no answer is lost for a letter."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def say_failed(failed: Failed, *, as_json: bool) -> None:
    """Answer that it is refused or mistaken."""
    say(failed.document, [str(failed)], as_json=as_json)
