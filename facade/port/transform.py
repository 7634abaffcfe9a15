"""`transform: package.module:function`: a function of the operator's own, for what no expression can say.

It gets the silo's fields and returns fields, from which the answer is made. It is imported as the configuration is
loaded, so that one that is not there is a mistake at its own line.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic_core import CoreSchema, core_schema

_REFERENCE: Final = re.compile(r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*):([A-Za-z_]\w*)", re.ASCII)
_INSTALL: Final = "install the distribution it is in, beside the facade"


class Transform:
    """A function by its name, equal where that is. A pydantic model may use it as a field's type."""

    __slots__ = ("_function", "text")

    def __init__(self, text: str) -> None:
        """Import it; raise ValueError with `what; mend`."""
        parsed = _REFERENCE.fullmatch(text)
        if parsed is None:
            raise ValueError("this names no function; write package.module:function")
        self.text = text
        self._function = _imported(parsed[1], parsed[2])

    def __call__(self, fields: Mapping[str, object]) -> object:
        return self._function(fields)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Transform) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"<Transform {self.text}>"

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> CoreSchema:
        return core_schema.no_info_after_validator_function(cls, core_schema.str_schema())


def _imported(module: str, name: str) -> Callable[[Mapping[str, object]], object]:
    try:
        found = getattr(importlib.import_module(module), name, None)
    except ModuleNotFoundError as error:
        raise ValueError(f"there is no module {error.name}; {_INSTALL}") from None
    except (Exception, SystemExit) as error:
        raise ValueError(f"{module} fails as it is imported, with {type(error).__name__}; mend it") from error
    if not callable(found):
        raise ValueError(f"{module} has no function {name}; write one that it has")  # noqa: TRY004 - for pydantic
    function: Callable[[Mapping[str, object]], object] = found
    return function
