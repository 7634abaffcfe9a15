"""Overrides: routes that stand elsewhere on this sidecar than their files say, by a guard's verdict or a person's word.

Read `override` (what one says, and what it makes of a configuration; pure) and `store` (the file that keeps them).
"""
