"""The frame of every page, and the one way a value becomes markup.

`Markup` is text that is already safe; `escape` is the only thing here that makes it from a value. A page loads nothing
but its own style sheet and runs nothing, which is what the listener's Content-Security-Policy holds it to.
"""

from __future__ import annotations

import html
from importlib.resources import files
from typing import Final, NewType

Markup = NewType("Markup", str)

STYLE: Final = files("facade.page").joinpath("style.css").read_bytes()
"""The style sheet, served as text/css at `/style.css`."""

# What a browser would not show but obey: control characters, and those that turn the reading direction.
_INVISIBLE: Final = {
    **dict.fromkeys(range(0x20)),
    **dict.fromkeys(range(0x7F, 0xA0)),
    **dict.fromkeys([0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]),
}
_SHOWN: Final = dict.fromkeys(_INVISIBLE, "\N{REPLACEMENT CHARACTER}")


def escape(value: str) -> Markup:
    """A value as text of a page, in an element or in a quoted attribute.

    >>> escape("<b>")
    '&lt;b&gt;'
    """
    return Markup(html.escape(value.translate(_SHOWN)))


def opening(title: str) -> Markup:
    """Everything before the content of a page."""
    return Markup(
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<title>{escape(title)}</title>\n<link rel="stylesheet" href="/style.css">\n</head>\n<body>\n'
    )


CLOSING: Final = Markup("</body>\n</html>\n")
