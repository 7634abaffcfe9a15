"""The port that adapters are written against. Public: an adapter imports this and `facade.formats`, nothing else.

Read `call` (what goes in and comes out), `errors` (the one family an adapter raises), `adapter` (what a kind offers),
then `arguments` (the templates of an operator's `arguments`) and `fitting` (the types they name). What is listed in
`__all__` is the public part; it changes only with a line in the changelog.
"""

from facade.port.adapter import Adapter, AdapterKind, Services
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
from facade.port.fitting import Value

__all__ = [
    "Adapter",
    "AdapterKind",
    "Answer",
    "BadArgument",
    "Call",
    "Services",
    "SiloClosed",
    "SiloError",
    "SiloFull",
    "SiloLate",
    "SiloNonsense",
    "SiloSaysNo",
    "SiloUnreachable",
    "Template",
    "Value",
    "parameter_mistakes",
]
