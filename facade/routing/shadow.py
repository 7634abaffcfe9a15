"""`shadow`: how the answers of a route's two sides are compared, as an operator wrote it, frozen."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Shadow:
    """How the answers of a route's two sides are compared. `sample` and `noise` are parts of its calls, 0 to 1.

    A sample of the safe calls is asked of the other side too; `noise` of them are asked of legacy twice. What is left
    out of a comparison, or taken less strictly, goes by the name or the path of a field of the body: `ignore`,
    `unordered` (lists), `tolerance` (the greatest difference of two numbers) and `rename` (legacy's name, the
    platform's). `headers`, in lower case, are compared beside status and body. A copy to the platform carries what
    identifies its caller only with `credentials`; the field of API keys, whatever its name, is `api_key_header`.
    """

    sample: Fraction = Fraction(0)
    noise: Fraction = Fraction(0)
    ignore: tuple[str, ...] = ()
    unordered: tuple[str, ...] = ()
    tolerance: tuple[tuple[str, Decimal], ...] = ()
    rename: tuple[tuple[str, str], ...] = ()
    headers: tuple[str, ...] = ()
    credentials: bool = False
    api_key_header: str = ""
