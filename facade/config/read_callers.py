"""callers.yaml, read: each caller and each issuer on its own, with the secrets and the keys that they name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from facade.callers.register import API_KEY_HEADER, Caller, IdentityKind, Issuer, PublicKey
from facade.config.callers_file import FILE, HASHED, CallerBlock, CallersFile, IssuerBlock
from facade.config.check import check
from facade.config.compose import compose
from facade.config.draft import DraftCaller, DraftIssuer
from facade.config.mistake import Mistake
from facade.config.nodes import Entry, MappingNode, canonical, is_spoiled, scalars, without
from facade.config.reading import Reading, as_block, items
from facade.config.substitute import Secrets, misplaced
from facade.routing.route import Place

MOST_CALLERS: Final = 1_000
"""Callers of one configuration: each is a value of a label, and nobody knows more systems by name."""

_API_KEY: Final = "api_key"
_LISTS: Final = ("tokens", "callers")


@dataclass(slots=True)
class CallersReading:
    """What came out of reading callers.yaml; nothing where there is none."""

    callers: Reading[DraftCaller] = field(default_factory=Reading)
    issuers: Reading[DraftIssuer] = field(default_factory=Reading)
    api_key_header: str = API_KEY_HEADER


def read_callers(files: Mapping[str, bytes], secrets: Secrets) -> CallersReading:
    """Read callers.yaml and the keys beside it, out of the files of a configuration.

    What is wrong with the file as a whole stands with its callers.
    """
    reading = CallersReading()
    if FILE not in files:
        return reading
    composed = compose(FILE, files[FILE])
    mistakes = reading.callers.mistakes
    mistakes += composed.mistakes
    for document in composed.documents[1:]:
        mistakes.append(Mistake(document.place, "holds a second document", "remove it, and the --- above it"))
    root = as_block(composed.documents[0], mistakes) if composed.documents else None
    if root is None:
        reading.callers.is_whole = reading.issuers.is_whole = False
        return reading
    _read_head(root, reading)
    for node in items(root, "tokens", reading.issuers):
        _read_issuer(node, reading.issuers, files)
    for node in items(root, "callers", reading.callers):
        _read_caller(node, reading.callers, secrets)
    return reading


def _read_head(root: MappingNode, reading: CallersReading) -> None:
    """What stands beside the lists."""
    mistakes = reading.callers.mistakes
    mistakes += misplaced(root, ("callers", _API_KEY))
    head = root
    for key in _LISTS:
        head = without(head, key)
    checked = check(CallersFile, head)
    mistakes += checked.mistakes
    if checked.block is not None:
        reading.api_key_header = checked.block.api_key_header


def _read_caller(node: MappingNode, reading: Reading[DraftCaller], secrets: Secrets) -> None:
    shown = [kind for kind in IdentityKind if kind in node.entries]
    name = node.text("name")
    if not shown:
        kinds = ", ".join(IdentityKind)
        reading.mistakes.append(Mistake(node.place, "shows nothing that it is known by", f"add one of {kinds}"))
    reading.mistakes += _written_out(node)
    filled = _with_keys(node, secrets)
    checked = check(CallerBlock, filled)
    reading.mistakes += checked.mistakes
    caller = None
    if checked.block is not None and not checked.mistakes:
        caller = Caller(checked.block.name, checked.block.identities, canonical(node))
    reading.written.append(DraftCaller(node, name, caller))
    if len(reading.written) == MOST_CALLERS + 1:
        what = f"is one caller too many: {MOST_CALLERS} are known at the most"
        reading.mistakes.append(Mistake(node.place, what, "give callers that move together one name"))


def _written_out(node: MappingNode) -> Iterator[Mistake]:
    """An API key that stands in the file itself, for all to read who read the file."""
    shown = node.get(_API_KEY)
    for _, key in scalars(shown) if shown is not None else ():
        if not key.spoiled and not key.text.startswith(("${", HASHED)):
            mend = "write ${file:/run/secrets/NAME} or ${env:NAME}, or sha256: and its hash, and change that key"
            yield Mistake(key.place, "api_key is written out in the file", mend)


def _with_keys(node: MappingNode, secrets: Secrets) -> MappingNode:
    """The API keys filled in. Where one is not there all are left out: what stands in its place is nobody's key."""
    entry = node.entries.get(_API_KEY)
    if entry is None:
        return node
    filled = secrets.fill(entry.value)
    if is_spoiled(filled):
        return without(node, _API_KEY)
    return MappingNode(node.place, {**node.entries, _API_KEY: Entry(entry.place, filled)}, node.in_braces)


def _read_issuer(node: MappingNode, reading: Reading[DraftIssuer], files: Mapping[str, bytes]) -> None:
    checked = check(IssuerBlock, node)
    reading.mistakes += checked.mistakes
    block, issuer = checked.block, None
    if block is not None and not checked.mistakes:
        keys = _keys(node, block.keys, reading, files)
        if keys is not None:
            issuer = Issuer(block.issuer, block.audience, keys, frozenset(block.algorithms), block.leeway)
            reading.mistakes += _unused(node, issuer)
    reading.written.append(DraftIssuer(node, node.text("issuer"), issuer))


def _keys(
    node: MappingNode, file: str, reading: Reading[DraftIssuer], files: Mapping[str, bytes]
) -> tuple[PublicKey, ...] | None:
    """The keys of a file; None where there are none, which is told."""
    place = node.entries["keys"].place
    if file not in files:
        what = f"keys names {file}, which cannot be read beside {FILE}"
        reading.mistakes.append(Mistake(place, what, "put the issuer's JWK Set there, under that name"))
        return None
    try:
        from facade.callers.signature import read_keys
    except ImportError:
        mend = "install strangler-facade[auth]"
        reading.mistakes.append(Mistake(place, "tokens need joserfc, which is not installed", mend))
        return None
    try:
        return read_keys(files[file])
    except ValueError as error:
        what, mend = str(error).split("; ", 1)
        reading.mistakes.append(Mistake(Place(file, 1), what, mend))
        return None


def _unused(node: MappingNode, issuer: Issuer) -> Iterator[Mistake]:
    """Algorithms that leave no key to verify with."""
    if not any(key.algorithms & issuer.algorithms for key in issuer.keys):
        what = "algorithms names none that the issuer's keys can be used with"
        known = ", ".join(sorted(set().union(*(key.algorithms for key in issuer.keys))))
        yield Mistake(node.entries["algorithms"].place, what, f"write one of {known}, or leave it out")
