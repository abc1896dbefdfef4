"""Measured claims: each a ratio within one run, printed as a table and written as JSON.

One module a claim, each with `claims(bench)`; `suite` names them, `python -m benchmarks` runs them.
Subject and reference take turns, so that a machine that slows down slows down both. What is
measured cold has a fresh engine, whose weights one token has brought into memory.
"""
