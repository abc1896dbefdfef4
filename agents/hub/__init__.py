"""GitHub, by its REST API: github.com and GitHub Enterprise. Nothing is reached without a token."""

from agents.hub.account import Account, account_from
from agents.hub.errors import HubError
from agents.hub.patience import Patience
from agents.hub.place import Place, place_of
from agents.hub.server import Server
from agents.hub.tools import hub_tools

__all__ = [
    "Account",
    "HubError",
    "Patience",
    "Place",
    "Server",
    "account_from",
    "hub_tools",
    "place_of",
]
