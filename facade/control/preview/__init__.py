"""The preview: what changed files would move, against what runs, and what that would have done to a day's calls. Pure.

Read `definitions` (what a route stands on that is written elsewhere), `shown` (a route as both sides of the comparison
see it), `differing` (which routes differ, and how), `sides` (who answers a call then), `count` (how many calls and keys
of a day change side), `refusals` (what a pipeline is to refuse) and `view` (what the sidecar answers to be compared
with). `control.admin` and the command line import it.
"""
