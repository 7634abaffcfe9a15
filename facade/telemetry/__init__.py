"""Telemetry: what a running facade says of itself, to a scraper, to a log, to the systems behind it.

Metrics, in reading order: `families` (every metric there is), `series` (the numbers), `information` (the configuration
as series), `exposition` (the text, in slices), `metrics` (the object both planes are given), `lag` (watches the loop).
Logs: `lines` (never waits for its reader), `rendering` (one event, one line), `logs` (what the facade calls).
Names of a call: `traces`, `request_ids`. Every line of the facade above this one may import it; it knows none of them.
"""
