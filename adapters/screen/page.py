"""An answer as a page. Pure: it is parsed when it is first looked at."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final

import lxml.etree
import lxml.html
from selectolax.lexbor import LexborHTMLParser, LexborNode

from adapters.screen.decoding import decode
from adapters.screen.extraction import Changed
from adapters.screen.places import resolved
from adapters.screen.safety import unsafe
from adapters.screen.texts import text_of

MAX_PAGE: Final = 2 * 1024 * 1024
"""Bytes of a page: a person would scroll for an hour."""

_BASE: Final = ".//base[@href]"


class Page:
    """A page at `url`; `moved` when a redirect led there. `codec` is the encoding in which its forms are sent."""

    def __init__(
        self,
        url: str,
        status: int,
        body: bytes,
        *,
        told: str | None = None,
        forced: str | None = None,
        moved: bool = False,
        retry_after: str = "",
    ) -> None:
        self.url = url
        self.status = status
        self.size = len(body)
        self.moved = moved
        self.retry_after = retry_after
        self.html, self.codec = decode(body, told, forced)

    def __repr__(self) -> str:
        return f"<Page {self.status} {self.size} bytes {self.codec}>"

    @property
    def is_good(self) -> bool:
        """Whether its status says that all is well."""
        return 200 <= self.status <= 299

    @cached_property
    def root(self) -> LexborNode:
        """The page for reading; raise Changed where it is none that a parser may be given."""
        wrong = unsafe(self.html)
        if wrong is not None:
            raise Changed(wrong)
        root = LexborHTMLParser(self.html).root
        if root is None:
            raise Changed("it is empty")
        return root

    @cached_property
    def text(self) -> str:
        """What a person reads on it, words one blank apart."""
        return text_of(self.root)

    @cached_property
    def document(self) -> Any:
        """The page for filling forms: an lxml document, this page's own to change. Raise Changed."""
        forms = len(self.root.css("form"))
        parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
        try:
            document = lxml.html.document_fromstring(self.html.encode("utf-8", "replace"), parser=parser)
        except (lxml.etree.ParserError, lxml.etree.XMLSyntaxError, ValueError):
            raise Changed("it cannot be read") from None
        if len(document.findall(".//form")) != forms:  # a browser would not see the inner one
            raise Changed("a form stands inside another, so its fields are either's")
        return document

    @property
    def place(self) -> str:
        """Where its relative links start from: its own URL, or its <base>; raise Changed."""
        base = self.document.find(_BASE)
        place = self.url if base is None else resolved(base.get("href"), self.url, self.codec)
        if place is None:
            raise Changed("its links start from another host")
        return place

    def shows(self, text: str, selector: str | None = None) -> bool:
        """Whether a person finds the text on it, in one of the elements that the selector finds."""
        if selector is None:
            return text in self.text
        return any(text in text_of(node) for node in self.root.css(selector))
