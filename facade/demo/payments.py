"""Payments: what is due under a reference, and how each of the two who take money acknowledges it.

Pure. As in `records`, all of it follows from the reference alone, so a citizen knows both right receipts beforehand.
What is sent says more of the citizen than a stranger needs, as requests do.
"""

from __future__ import annotations

import json
import uuid
import zlib
from typing import Final

from facade.demo.records import Payment

_LEAST: Final = 100
_SPREAD: Final = 50_000
"""Pence: from one pound to some five hundred, as fees are."""


def reference(number: int) -> str:
    """The reference of the payment of that number."""
    return f"PAY{number:07}"


def due(reference: str) -> int:
    """What is to be paid under a reference, in pence."""
    return _LEAST + zlib.crc32(reference.encode()) % _SPREAD


def at_cashier(reference: str) -> Payment:
    """The payment as the old cashier acknowledges it."""
    return Payment(reference, due(reference), f"R{zlib.crc32(reference.encode()):010}")


def at_provider(reference: str) -> Payment:
    """The payment as the provider acknowledges it."""
    return Payment(reference, due(reference), f"pay_{uuid.uuid5(uuid.NAMESPACE_OID, reference).hex}")


def asked(reference: str) -> bytes:
    """What a citizen sends."""
    wish = {"reference": reference, "pence": due(reference), "payer": "A. N. Okafor", "nino": "QQ123456C"}
    return json.dumps(wish).encode()


def key(reference: str) -> str:
    """The Idempotency-Key that goes with it: the same however often a citizen presses the button."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, reference))
