"""strangler-facade: one platform interface over legacy systems, whose traffic moves to new services route by route.

Start with `app` (what is running and how it comes to run) or with `proxy.handler` (the way of a request). `port`,
`formats` and `testing` are public, for authors of adapters; everything else is the facade's own.
"""
