"""The data plane: the short way of every request, in the order of this list.

    receive   the head becomes a request: its host, path and sender, or a refusal
    (match)   the route table finds its route            facade.routing.table; as_sent, for a path with several readings
    (facts)   what a canary's rules may read of it        facade.routing.facts
    (decide)  the stage, the rules and the key say who answers   facade.routing.decide
    (ask)     the target answers                          facade.targets
    respond   the answer goes to the client
    record    metrics and the log line

`handler` walks it. The data plane reads the snapshot and nothing else of the control plane: it runs on while that is
stopped, and never imports `facade.config`.
"""
