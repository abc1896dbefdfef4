"""Tests as tools: how a repository's are run, what they said, which of them a change touches."""
