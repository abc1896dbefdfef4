"""A first look at the repository for each role: deterministic, read-only, without a model."""

from agents.surveys.ledger import Ledger
from agents.surveys.look import survey
from agents.surveys.reading import findings_of
from agents.surveys.survey import Proposal, Survey

__all__ = ["Ledger", "Proposal", "Survey", "findings_of", "survey"]
