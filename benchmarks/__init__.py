"""Measured claims: each a ratio within one run, printed as a table and written as JSON."""
