"""`${env:NAME}` and `${file:/run/secrets/x}`: the only way a secret comes into a configuration.

The law of this file:

- Substitutions stand in any value of `settings`, in `admin.token` and in a caller's `api_key`, whole or as a part of
  the text, and nowhere else. `$${` is a literal `${`.
- What was put in is shown nowhere: a mistake names the substitution, never its value. Every value that stands where a
  secret may stand is treated so, substituted or not.
- An empty secret is a missing one. A missing one is a mistake where the configuration will be served, else a warning:
  who checks files in a pipeline has no secrets. The text then stays as written and what follows from that is not told.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from facade.config.files import read_file
from facade.config.mistake import Mistake, printable
from facade.config.nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode, scalars
from facade.config.wording import subject
from facade.port import Unreadable

MAX_SECRET_BYTES: Final = 64 * 1024
"""Bytes of one secret: a key with its certificates fits, a file named by accident mostly does not."""

_SUBSTITUTION: Final = re.compile(r"\$\$\{|\$\{([^{}]*)(\}?)")
_MISPLACED: Final = re.compile(r"(?<!\$)\$\{(?:env|file):")
_ONLY_THERE: Final = "write the value itself: only settings, admin.token and api_key take a substitution"
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class _Missing(Exception):  # noqa: N818 - whether a missing secret is an error depends on who asks
    """A secret that is not there. `what` and `mend` hold its name and nothing of its value."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what)
        self.what = what
        self.mend = mend


class Secrets:
    """Where secrets come from, and what was found wrong with them in one reading of a configuration."""

    def __init__(self, environment: Mapping[str, str], *, serving: bool) -> None:
        self.mistakes: list[Mistake] = []
        self.warnings: list[Mistake] = []
        self.variables: set[str] = set()
        """Names of the environment's variables that were asked for."""
        self._environment = environment
        self._serving = serving
        self._values: set[str] = set()

    def __repr__(self) -> str:
        return f"<Secrets {len(self._values)} known>"

    def fill(self, node: Node) -> Node:
        """The node with its substitutions made; none of its values may be shown from now on."""
        if isinstance(node, MappingNode):
            filled = {key: Entry(entry.place, self.fill(entry.value)) for key, entry in node.entries.items()}
            return MappingNode(node.place, filled, node.in_braces)
        if isinstance(node, SequenceNode):
            return SequenceNode(node.place, [self.fill(item) for item in node.items])
        return self._fill_text(node)

    def are_told_in(self, sentence: str) -> bool:
        """Whether a sentence that somebody else wrote holds one of the secrets."""
        return any(value in sentence for value in self._values)

    def _fill_text(self, node: ScalarNode) -> ScalarNode:
        names: list[str] = []

        def put_in(found: re.Match[str]) -> str:
            if found[0] == "$${":
                return "${"
            names.append(found[0])
            return self._value(found)

        try:
            text = _SUBSTITUTION.sub(put_in, node.text)
        except _Missing as missing:
            unmade = Mistake(node.place, missing.what, missing.mend)
            (self.mistakes if self._serving else self.warnings).append(unmade)
            return dataclasses.replace(node, shown=None, spoiled=True)
        except ValueError as error:
            what, mend = str(error).split("; ", 1)
            self.mistakes.append(Mistake(node.place, what, mend))
            return dataclasses.replace(node, shown=None, spoiled=True)
        # An empty text that was written as one is no longer absent once it is filled in; quoted keeps it so.
        return dataclasses.replace(node, text=text, shown="".join(names) or None)

    def _value(self, found: re.Match[str]) -> str:
        written = printable(found[0])
        source, colon, name = (found[1] or "").partition(":")
        if not found[2] or not colon or source not in {"env", "file"}:
            raise ValueError(f"{written} is no substitution; write ${{env:NAME}} or ${{file:/path}}, and $${{ for ${{")
        value = self._variable(name, written) if source == "env" else _content(name, written)
        self._values.add(value)
        return value

    def _variable(self, name: str, written: str) -> str:
        if _NAME.fullmatch(name) is None:
            raise ValueError(f"{written} names no variable; write letters, digits and _")
        self.variables.add(name)
        value = self._environment.get(name, "")
        if not value:
            raise _Missing(f"{written} is not set", f"set {name} in the environment of the facade")
        return value


def misplaced(node: Node, allowed: tuple[str, ...]) -> list[Mistake]:
    """Substitutions in a document that stand elsewhere than at or below the keys `allowed`."""
    return [
        Mistake(scalar.place, f"{subject(trail)} holds a substitution", _ONLY_THERE)
        for trail, scalar in scalars(node)
        if _MISPLACED.search(scalar.text) and not (allowed and trail[: len(allowed)] == allowed)
    ]


def _content(path: str, written: str) -> str:
    """The text of a secret's file, without the one line's end that editors and `echo` leave behind."""
    if not path.startswith("/"):
        raise ValueError(f"{written} is not a whole path; begin it with /")
    try:
        data = read_file(Path(path), MAX_SECRET_BYTES)
    except Unreadable as error:
        raise _Missing(f"the secret {written} {error.what}", error.mend) from None
    if len(data) > MAX_SECRET_BYTES:
        raise ValueError(f"the secret {written} is longer than {MAX_SECRET_BYTES} bytes; name the right file")
    try:
        text = data.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise ValueError(f"the secret {written} is not UTF-8 text; name the right file") from None
    if not text:
        raise _Missing(f"the secret {written} is empty", "write the secret into it")
    return text
