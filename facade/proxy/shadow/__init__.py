"""The shadow: a sample of calls is asked of the other side too, out of the caller's sight, and the answers compared.

The law of this package: it can never delay, fail or enlarge the live call. A call that is sampled has its answer seen
as it passes; once it has been sent whole, its copy waits in a bounded queue and is asked over connections of its own,
with a deadline of its own. Whatever there is no room or no time for is dropped and counted.

Read it in this order: `seen` (the live answer, as it passes), `copy` (which calls are copied, and what a copy asks),
`asking` (what the other side answers) and `mirror` (the queue, and what comes of it).
"""
