"""HTTP/1.1 bytes on both sides of the facade. It knows nothing of routes, silos or configuration.

Read `message` (what a head is), `reader` (bytes -> heads, over llhttp), `framing` (where a body ends), `body` and
`decoders` (bytes on their way, with back-pressure), `headers` (what a gateway changes) with `names`, `references` and
`public` (where an answer says something is, and where its caller thinks it is), then the two connections: `downstream`
(a client's), which is `receiving` and, at its end, `parting`, behind a `handshake` where it comes by TLS, and
`upstream` (to a target) with `pool` and `trust` (TLS); `leniency` and `lenient` are for targets that write HTTP badly,
`portions` and `keeping` bound what all of them hold, `deadlines` is everybody's one clock. `targets`, `proxy` and `app`
may import it; nothing here imports upwards.
"""
