"""The one error of every format."""

from __future__ import annotations


class FormatError(ValueError):
    """What cannot be read or written exactly. Its words follow the thing's name and never show a value."""
