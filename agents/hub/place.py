"""Which repository of the server this is; from the remote's URL, never guessed."""

from dataclasses import dataclass

from agents.history.asked import HistoryError
from agents.history.remote import remote_of
from agents.hub.account import Account
from agents.hub.errors import HubError
from agents.tools.workplace import Workplace


@dataclass(frozen=True)
class Place:
    """owner/name"""

    owner: str
    name: str

    def __str__(self) -> str:
        return f"{self.owner}/{self.name}"

    def path(self, rest: str = "") -> str:
        """The API's path of something in the repository."""
        return f"/repos/{self.owner}/{self.name}{f'/{rest}' if rest else ''}"


async def place_of(workplace: Workplace, account: Account) -> Place:
    """The repository's place; HubError where its remote is on another server than the account."""
    try:
        remote = await remote_of(workplace)
    except HistoryError as error:
        raise HubError(str(error)) from None
    if remote.host != account.host:
        raise HubError(
            f"the remote is on {remote.host}, and the token is for {account.host}",
            "set GITHUB_API_URL and a token for that server",
        )
    if "/" in remote.owner:
        raise HubError(f"{remote.path} is not owner/name, so it is no repository of GitHub's")
    return Place(remote.owner, remote.name)
