"""Callers: who sends a call, as far as it can show it. Pure, but for what is remembered of tokens.

Read in this order: `register` (what an operator wrote of callers and of tokens' issuers, frozen), `token` (a token
taken apart, believed in nothing yet), `signature` (an issuer's public keys; the one module that needs the extra
`auth`), `verifier` (which tokens are believed, at what cost) and `callers` (who a call's sender is). The facade lets
nobody in and keeps nobody out: whatever a call shows goes on untouched, and what is not believed is only not known.

`routing` asks it for a canary's rules, `config` makes the register, the control plane makes what serves. It imports
the wire's message and nothing else of facade.
"""
