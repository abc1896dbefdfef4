"""Why did the pipeline fail? Reads its log."""

from agents.logs.fault import Category, Fault, Rank
from agents.logs.read_log import READ_LOG
from agents.logs.source import triage_file
from agents.logs.telling import findings, told
from agents.logs.triage import Triage, Where, triage

__all__ = [
    "READ_LOG",
    "Category",
    "Fault",
    "Rank",
    "Triage",
    "Where",
    "findings",
    "told",
    "triage",
    "triage_file",
]
