"""The port that adapters are written against. Public: an adapter imports this and `facade.formats`, nothing else.

Read `call` (what goes in and comes out), `errors` (the one family an adapter raises), `adapter` (what a kind offers),
`files` (what it reads beside a silo's own file), then the keys of an operation: `arguments` (its templates) and
`fitting` (the types they name); `shaping` (`answer`, `empty` and `faults`), behind it `plain`, `expression` and
`functions`; `transform`; and `operation`, which puts them together. What is listed in `__all__` is the public part; it
changes only with a line in the changelog.
"""

from facade.port.adapter import Adapter, AdapterKind, Finding, Services
from facade.port.arguments import Template, parameter_mistakes
from facade.port.call import Answer, Call
from facade.port.errors import (
    BadArgument,
    SiloClosed,
    SiloError,
    SiloFull,
    SiloLate,
    SiloNonsense,
    SiloSaysNo,
    SiloUnreachable,
)
from facade.port.files import Files, Unreadable
from facade.port.fitting import Value
from facade.port.operation import AnsweredOperation, Arguments
from facade.port.shaping import Empties, Faults, Shape, ShapeError
from facade.port.transform import Transform

__all__ = [
    "Adapter",
    "AdapterKind",
    "Answer",
    "AnsweredOperation",
    "Arguments",
    "BadArgument",
    "Call",
    "Empties",
    "Faults",
    "Files",
    "Finding",
    "Services",
    "Shape",
    "ShapeError",
    "SiloClosed",
    "SiloError",
    "SiloFull",
    "SiloLate",
    "SiloNonsense",
    "SiloSaysNo",
    "SiloUnreachable",
    "Template",
    "Transform",
    "Unreadable",
    "Value",
    "parameter_mistakes",
]
