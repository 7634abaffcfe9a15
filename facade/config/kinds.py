"""The kinds of adapter there are, found by name and imported only when a silo's file names one.

A built-in kind is a folder of the package `adapters`; a third party's is an entry point of the group `facade.adapters`.
Both are entry points here and go down one loading path. A kind given twice is nobody's to choose between: it is an
error as soon as it is seen. Blocking, as imports are: load in a thread.
"""

from __future__ import annotations

import importlib.util
import pkgutil
from collections.abc import Iterable, Iterator
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

from pydantic import BaseModel

from facade.config.silo_file import PASSTHROUGH
from facade.port import AdapterKind

GROUP: Final = "facade.adapters"
"""The entry-point group of third parties' kinds; each names an object, `package.module:ADAPTER`."""

_BUILT_IN: Final = "adapters"
_DISTRIBUTION: Final = "strangler-facade"
_UNINSTALL: Final = "uninstall one of them"


class KindError(Exception):
    """A kind that cannot be used: `what` is wrong, and how to `mend` it."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(f"{what}; {mend}")
        self.what = what
        self.mend = mend


class Kinds:
    """Every kind by name. Only those that were asked for are imported."""

    def __init__(self, entries: Iterable[EntryPoint]) -> None:
        self._entries: dict[str, EntryPoint] = {}
        self._loaded: dict[str, AdapterKind[Any, Any]] = {}
        for entry in entries:
            self._add(entry)

    @classmethod
    def discover(cls) -> Kinds:
        """Find the built-in and the installed kinds; raise KindError where one is given twice."""
        return cls([*_built_in(), *entry_points(group=GROUP)])

    def names(self) -> tuple[str, ...]:
        """Every kind's name in order, those too whose extra is not installed."""
        return tuple(sorted(self._entries))

    def get(self, name: str) -> AdapterKind[Any, Any] | None:
        """The kind of this name, None where there is none; raise KindError where it cannot be imported or is none."""
        if name not in self._loaded and name in self._entries:
            self._loaded[name] = _load(self._entries[name])
        return self._loaded.get(name)

    def _add(self, entry: EntryPoint) -> None:
        # A silo that needs no adapter is the configuration's own affair.
        if entry.name == PASSTHROUGH:
            raise KindError(
                f"{_origin(entry)} gives an adapter {PASSTHROUGH}, which the facade has itself",
                f"uninstall {_origin(entry)}",
            )
        other = self._entries.setdefault(entry.name, entry)
        if other is not entry:
            raise KindError(f"{_title(entry)} is given twice, by {_origin(other)} and by {_origin(entry)}", _UNINSTALL)

    def __repr__(self) -> str:
        return f"<Kinds {', '.join(self.names())}; loaded: {', '.join(sorted(self._loaded)) or 'none'}>"


def _built_in() -> Iterator[EntryPoint]:
    """The folders of the package, by its name: a new one is there at once, also in an editable install."""
    package = importlib.util.find_spec(_BUILT_IN)
    if package is None:
        return
    for module in pkgutil.iter_modules(package.submodule_search_locations):
        if module.ispkg:
            yield EntryPoint(module.name, f"{_BUILT_IN}.{module.name}:ADAPTER", GROUP)


def _load(entry: EntryPoint) -> AdapterKind[Any, Any]:
    try:
        kind = entry.load()
    except (Exception, SystemExit) as error:
        raise _unloadable(entry, error) from error
    wrong = _flaw(kind, entry.name)
    if wrong is not None:
        raise KindError(f"{_title(entry)} is none: {entry.value} {wrong}", f"mend or update {_origin(entry)}")
    checked: AdapterKind[Any, Any] = kind
    return checked


def _flaw(kind: object, name: str) -> str | None:
    """What keeps an object from being the kind of this name, None if nothing does."""
    if not isinstance(kind, AdapterKind):
        return "is no AdapterKind"
    if getattr(kind, "name", None) != name:
        return f"has another name than {name}"
    for part in ("settings", "operation"):
        model = getattr(kind, part, None)
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            return f"has no pydantic model as its {part}"
        if model.model_config.get("extra") != "forbid":
            return f"lets its {part} have unknown keys, where extra must be forbid"
    return None


def _unloadable(entry: EntryPoint, error: BaseException) -> KindError:
    missing = (error.name or "") if isinstance(error, ModuleNotFoundError) else ""
    if not missing or _top(missing) == _top(entry.module):  # its own fault, and none that an installation mends
        return KindError(f"{_title(entry)} fails as it is imported: {error!r}", f"mend or update {_origin(entry)}")
    what = f"{_title(entry)} needs {missing}"
    if entry.dist is None:
        return KindError(what, f"install {_DISTRIBUTION}[{entry.name}]")
    return KindError(what, f"install what {_origin(entry)} depends on")


def _top(module: str) -> str:
    return module.partition(".")[0]


def _title(entry: EntryPoint) -> str:
    return f"adapter {entry.name}"


def _origin(entry: EntryPoint) -> str:
    """The distribution a kind comes from. Our own are found as folders, so they have none."""
    return _DISTRIBUTION if entry.dist is None else f"{entry.dist.name} {entry.dist.version}"
