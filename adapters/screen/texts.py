"""The words of a page as a person reads them. Pure."""

from __future__ import annotations

from typing import Final

from selectolax.lexbor import LexborNode

_APART: Final = frozenset(
    "address article aside blockquote br caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol optgroup option p pre search section "
    "select summary table tbody td tfoot th thead tr ul".split()
)
"""Elements between which words are apart, though no blank stands there."""

_UNSEEN: Final = frozenset({"script", "style", "template", "head", "-comment"})


def text_of(root: LexborNode) -> str:
    """The text inside an element, with one blank between words; without what a page keeps from the eye."""
    parts: list[str] = []
    waiting: list[LexborNode | str] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            parts.append(node)
        elif node.tag == "-text":
            parts.append(node.text_content or "")
        elif node is root or _is_seen(node):
            if node.tag in _APART:
                parts.append(" ")
                waiting.append(" ")
            waiting += reversed([*node.iter(include_text=True)])
    return " ".join("".join(parts).split())


def _is_seen(node: LexborNode) -> bool:
    if node.tag in _UNSEEN:
        return False
    attributes = node.attributes
    return "hidden" not in attributes and "display:none" not in (attributes.get("style") or "").replace(" ", "").lower()
