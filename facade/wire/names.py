"""Fields by what they speak of: which of them `Connection` may take away, and which may stand behind a body. Pure.

The law of this file: a field that says who calls, from where and for what stays where its sender put it.

`Connection` may name any field, and whoever passes the message on is to take it out (RFC 9110 section 7.6.1), unless
it is for all who read the message: such a field nobody may name. They are known by the list below, and of an answer
nothing else stays. Of a request more does: to take out one field too many lets a caller remove what a proxy in front of
the facade has said of that caller, while one too few is a field more that the next hop does not know. No list has the
names that all proxies say it by, so a request's field stays also if a word in its name speaks of identity, credentials,
routing or the call itself.

A trailer arrives when all of that has been decided. One that would have been part of a decision is dropped (RFC 9110
section 6.5.1): were it passed on, a target that merges trailers into its fields could be told something else by it.
"""

from __future__ import annotations

import re
from typing import Final

HOP_BY_HOP: Final = frozenset(
    "connection keep-alive proxy-connection te transfer-encoding upgrade http2-settings".split()
)
"""RFC 9110 section 7.6.1. Transfer-Encoding is written anew, by what is sent."""

FORWARDING: Final = frozenset(
    "cf-connecting-ip cf-connecting-ipv6 client-ip fastly-client-ip fly-client-ip forwarded front-end-https "
    "true-client-ip x-appengine-user-ip x-azure-clientip x-azure-socketip x-client-ip x-cluster-client-ip "
    "x-envoy-external-address x-forwarded x-forwarded-for x-forwarded-host x-forwarded-port x-forwarded-proto "
    "x-original-forwarded-for x-originating-ip x-real-ip x-remote-addr x-remote-ip x-url-scheme".split()
)
"""What says who the client is and how it came here. Only a trusted peer's are believed (RFC 7239 section 8.1). Besides
these it is each field whose name begins with that of `FAMILY` and a hyphen."""

FAMILY: Final = "x-forwarded"
"""Names of this family are made up by every proxy: `X-Forwarded-Prefix`, `-Ssl`, `-Server`."""

MARK: Final = "x-facade-shadow"
"""What marks a copy that is made to compare its answer. Only a trusted peer's is believed."""

TRACE: Final = frozenset({"traceparent", "tracestate"})
"""W3C Trace Context."""

_TRAILING: Final = frozenset(
    b"accept-ranges authentication-info content-digest digest etag proxy-authentication-info repr-digest server-timing "
    b"signature signature-input".split()
)
"""Fields of HTTP's own whose definition lets them stand behind a body."""

_OWN: Final = _TRAILING | frozenset(
    b"accept accept-charset accept-encoding accept-language accept-patch accept-post access-control-allow-credentials "
    b"access-control-allow-headers access-control-allow-methods access-control-allow-origin "
    b"access-control-expose-headers access-control-max-age access-control-request-headers "
    b"access-control-request-method age allow alt-svc authorization baggage cache-control cache-status clear-site-data "
    b"content-disposition content-encoding content-language content-length content-location content-range "
    b"content-security-policy content-type cookie cookie2 cross-origin-embedder-policy cross-origin-opener-policy "
    b"cross-origin-resource-policy date deprecation dnt early-data expect expires from host idempotency-key if-match "
    b"if-modified-since if-none-match if-range if-unmodified-since last-modified link location max-forwards origin "
    b"permissions-policy pragma preference-applied prefer priority proxy-authenticate proxy-authorization "
    b"proxy-status range referer referrer-policy refresh retry-after sec-websocket-accept sec-websocket-extensions "
    b"sec-websocket-key sec-websocket-protocol sec-websocket-version server set-cookie set-cookie2 soapaction "
    b"strict-transport-security sunset trailer user-agent vary via warning www-authenticate x-content-type-options "
    b"x-correlation-id x-frame-options x-request-id".split()
)
"""Fields of HTTP and its neighbours that are for the end of the way."""

_TELLING: Final = re.compile(
    rb"(?:\A|-)(?:account|admin|api|apikey|assertion|auth\w*|b3|caller|cert|certificate|claims?|client|consumer"
    rb"|credentials?|csrf|customer|delegat\w+|dn|email|forwarded|groups?|host|identity|impersonat\w+|ip|issuer|jwt|key"
    rb"|login|method|oauth\w*|oidc|orgs?|organi[sz]ation|original|override|password|path|permissions?|port|principal"
    rb"|proto|real|realm|remote|rewrite|roles?|route|saml\w*|scheme|scopes?|secret|session\w*|source|span\w*|ssl|sso"
    rb"|subject|sudo|tenant\w*|tls|token|trace\w*|uid|upn|uri|url|user\w*|verified|verify|xsrf)(?:-|\Z)"
)
"""Words for who calls, from where, by what right and for what. A word too many here costs nothing."""

_KEPT: Final = frozenset(name.encode("ascii") for name in FORWARDING | TRACE | {MARK}) | _OWN
_FIRST: Final = (_KEPT - _TRAILING) | frozenset(name.encode("ascii") for name in HOP_BY_HOP)


def outlasts(name: bytes) -> bool:
    """Whether `Connection` cannot take away the field of this name, in lower case."""
    return name.replace(b"_", b"-") in _KEPT


def outlasts_caller(name: bytes) -> bool:
    """The same of a request's field: what may speak of its caller is not the caller's to take away."""
    return outlasts(name) or _TELLING.search(name.replace(b"_", b"-")) is not None


def may_trail(name: bytes) -> bool:
    """Whether the field of this name, in any case, may stand behind a body."""
    plain = name.lower().replace(b"_", b"-")
    return plain in _TRAILING or (plain not in _FIRST and _TELLING.search(plain) is None)
