"""What a decision can point at. One shape for all: a `Request` goes in, a `Reply` comes out, or a `Refusal`.

Read `request` and `target` (the shape), then `http` (a platform service, or a silo passed through) with `leakage` (what
keeps its address out of its answers, by `address`, `reversal` and `leaks`), `endpoints` (where it is, and which of
several is asked) and `collected` (for one that cannot read chunks), `silo` (a silo behind its adapter) and
`own` (answers of the facade's own). `protect` lets each call of a silo in, or not. `definition` is what an operator
wrote of a silo; `catalog` keeps what is open for all of them across reloads, adapters by `lifetime`. `proxy` and
`control` may import this
package.
"""
