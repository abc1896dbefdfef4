"""The structure of code, read by tree-sitter: outlines, symbols, and where they are used."""

from agents.code.outline import outline
from agents.code.symbol import Symbol
from agents.code.uses import Use, uses

__all__ = ["Symbol", "Use", "outline", "uses"]
