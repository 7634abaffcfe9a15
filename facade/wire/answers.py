"""Heads and whole answers that the facade writes itself. Pure: values in, bytes out."""

from __future__ import annotations

from facade.problem import MEDIA_TYPE, Problem


def problem_answer(
    problem: Problem, date: bytes, *, request_id: str, close: bool, head_only: bool = False, told: bytes = b""
) -> bytes:
    """A problem as a whole HTTP/1.1 answer (RFC 9457, RFC 9209); `date` as HTTP writes it, `head_only` for HEAD.

    `told` are field lines, each with a CRLF before it.
    """
    body = problem.document(request_id)
    lines = [
        f"HTTP/1.1 {problem.status} {problem.phrase}",
        f"Date: {date.decode('ascii')}",
        f"Content-Type: {MEDIA_TYPE}",
        f"Content-Length: {len(body)}",
        f"Proxy-Status: {problem.proxy_status}",
    ]
    if problem.retry_after is not None:
        lines.append(f"Retry-After: {problem.retry_after}")
    if problem.allow:
        lines.append(f"Allow: {', '.join(problem.allow)}")
    if close:
        lines.append("Connection: close")
    head = "\r\n".join(lines).encode("latin-1") + told + b"\r\n\r\n"
    return head if head_only else head + body
