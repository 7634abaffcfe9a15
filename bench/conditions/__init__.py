"""What no table of CPU a request tells: latency at a fixed rate, what idle connections take, what a reload of 10,000
routes and a scrape of 1,000 do to the calls beside them, and memory at rest.

`python -m bench.conditions` writes `bench/conditions.md`. `load` offers a fixed rate by h2load and reads every call's
time; `sides` starts who is measured; then one file a condition; `rows` is the table, pure.
"""
