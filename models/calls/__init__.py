"""Tool calls as text: how they are written, read, held to a grammar, and checked."""

from models.calls.checking import Checker
from models.calls.format import CallFormat, CallParser, Tools
from models.calls.hermes import HERMES
from models.calls.xml_calls import XML

__all__ = ["HERMES", "XML", "CallFormat", "CallParser", "Checker", "Tools"]
