"""PostgreSQL's errors as the port's. Its own words may quote the query or a value, so none goes further.

By SQLSTATE, the longest prefix that is known (postgresql.org/docs/current/errcodes-appendix.html).
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Mapping
from typing import Final

import asyncpg

from adapters.sql.work import Work
from facade.port import BadArgument, SiloError, SiloFull, SiloLate, SiloNonsense, SiloSaysNo, SiloUnreachable

_ARGUMENT: Final = re.compile(r"invalid input for query argument \$([0-9]+)")
"""Where asyncpg says which value does not fit the type that the server gave its parameter."""

_OF_THE_NAME: Final = frozenset({62, 64})
"""OpenSSL's X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH (openssl-verification-options(1))."""

_REJECTED: Final = "rejected SSL upgrade"
"""What asyncpg says where TLS is required and the server has none; it has no error of its own for that."""

_BROKEN: Final = "the database cannot be reached, or the connection broke"
_FULL: Final = "the database has no room for another call"
_REFUSED: Final = "the database does not take the sidecar's account"
_CONFLICT: Final = "conflicts with what the silo holds"
_UNFIT: Final = "the silo does not take these values"


def _says_no(status: int) -> Callable[[str], SiloError]:
    return lambda detail: SiloSaysNo(status, detail)


_FAULTS: Final[Mapping[str, tuple[Callable[[str], SiloError], str]]] = {
    "08": (SiloUnreachable, _BROKEN),
    "22": (_says_no(422), _UNFIT),
    "23": (_says_no(422), _UNFIT),
    "23503": (_says_no(409), _CONFLICT),
    "23505": (_says_no(409), _CONFLICT),
    "23P01": (_says_no(409), _CONFLICT),
    "25006": (SiloNonsense, "the query changes the database, and the operation does not say so"),
    "28": (SiloUnreachable, _REFUSED),
    "3D000": (SiloUnreachable, "the server has no such database"),
    "40": (SiloFull, "other calls were in the way, and it was undone"),
    "42501": (SiloNonsense, "the sidecar's account may not do this in the database"),
    "42": (SiloNonsense, "the database has not all that the query names, or cannot read it"),
    "53": (SiloFull, _FULL),
    "53100": (SiloUnreachable, "the database's disk is full"),
    "55P03": (SiloFull, "what the query needs is locked"),
    "57": (SiloUnreachable, _BROKEN),
    "57014": (SiloLate, "the database did not answer in time"),
    "58": (SiloUnreachable, "the database cannot be read or written"),
    "P0001": (_says_no(422), _UNFIT),  # a rule of the database's own, which a trigger or a function keeps
    "XX": (SiloNonsense, "the database is damaged"),
}

_OTHER: Final = (SiloNonsense, "the database cannot run the query")


def silo_error(work: Work, error: Exception) -> BadArgument | SiloError:
    """The port's error for one of asyncpg's, or of the operating system's."""
    if not isinstance(error, asyncpg.PostgresError):
        return SiloUnreachable(f"{work.operation}: {_lost(error)}")
    unfit = _ARGUMENT.match(str(error))
    if unfit is not None:  # found by asyncpg before anything was sent
        name = work.query.order[int(unfit[1]) - 1]
        return BadArgument(work.sources[name], f"does not fit the database's type of :{name}")
    state = str(error.sqlstate or "")
    kind, words = _FAULTS.get(state) or _FAULTS.get(state[:2]) or _OTHER
    return kind(f"{work.operation}: {words}")


def _lost(error: Exception) -> str:
    """Why there is no connection, as far as it is the operator's to mend."""
    if isinstance(error, ssl.SSLCertVerificationError):
        is_anothers = error.verify_code in _OF_THE_NAME
        return f"the database's certificate is {'for another host' if is_anothers else 'not trusted'}"
    if isinstance(error, ssl.SSLError) or _REJECTED in str(error):
        return "the database cannot be reached by TLS"
    return _BROKEN
