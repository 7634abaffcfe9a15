"""The methods that can arrive: those that llhttp knows. Any other is a 501 before a route is looked for. Pure."""

from __future__ import annotations

from typing import Final

KNOWN: Final = frozenset(
    "ACL BIND CHECKOUT CONNECT COPY DELETE GET HEAD LINK LOCK M-SEARCH MERGE MKACTIVITY MKCALENDAR MKCOL MOVE NOTIFY "
    "OPTIONS PATCH POST PROPFIND PROPPATCH PURGE PUT QUERY REBIND REPORT SEARCH SOURCE SUBSCRIBE TRACE UNBIND UNLINK "
    "UNLOCK UNSUBSCRIBE".split()
)
"""RFC 9110, WebDAV (RFC 4918 and its kin), UPnP, RFC 5789 and RFC 2068's."""

NEVER_SERVED: Final = frozenset({"CONNECT", "TRACE"})
"""A gateway opens no tunnels on demand, and shows nobody the fields a request arrived with (RFC 9110 section 9.3)."""
