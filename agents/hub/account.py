"""Who we are on GitHub: a token and the server that it is for.

Both come from the user's environment alone. A repository's remote never says where a token is sent.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from agents.hub.patience import Patience
from models.errors import ConfigurationError

PUBLIC = "https://api.github.com"

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class Account:
    """A token and its server; ConfigurationError where either cannot be used."""

    token: str = field(repr=False)
    base_url: str = PUBLIC
    """The REST API, such as https://github.example.com/api/v3."""
    patience: Patience = field(default_factory=Patience)

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[!-~]{1,1000}", self.token):
            raise ConfigurationError(
                "the GitHub token has a character that no token has",
                "set GITHUB_TOKEN again, without quotes and spaces",
            )
        try:
            parts = urlsplit(self.base_url)
            host, _ = parts.hostname or "", parts.port
        except ValueError:
            parts, host = urlsplit(""), ""
        if not host or parts.scheme not in {"https", "http"} or parts.username or parts.query:
            raise ConfigurationError(
                "the address of GitHub's API is none",
                "set GITHUB_API_URL as in https://github.example.com/api/v3",
            )
        if parts.scheme == "http" and host not in _LOOPBACK:
            raise ConfigurationError(
                f"http://{host} would carry the token where others can read it",
                "set GITHUB_API_URL with https://",
            )

    @property
    def host(self) -> str:
        """The host whose repositories the token is for, as remotes name it."""
        host = (urlsplit(self.base_url).hostname or "").lower()
        cloud = host == "api.github.com" or (host.startswith("api.") and host.endswith(".ghe.com"))
        return host.removeprefix("api.") if cloud else host


def account_from(environment: Mapping[str, str]) -> Account | None:
    """The account that the environment names; None without a token.

    As GitHub's own `gh` and its runners have it: GITHUB_TOKEN or GH_TOKEN; GITHUB_API_URL, or
    GH_HOST for GitHub Enterprise.
    """
    names: tuple[str, ...] = ("GITHUB_TOKEN", "GH_TOKEN")
    host = environment.get("GH_HOST", "").strip().lower()
    if host and host != "github.com" and not environment.get("GITHUB_API_URL"):
        names = ("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN", *names)
    token = next((t for name in names if (t := environment.get(name, "").strip())), "")
    return Account(token, _base_url(environment, host)) if token else None


def _base_url(environment: Mapping[str, str], host: str) -> str:
    if url := environment.get("GITHUB_API_URL", "").strip():
        return url.rstrip("/")
    if not host or host == "github.com":
        return PUBLIC
    return f"https://api.{host}" if host.endswith(".ghe.com") else f"https://{host}/api/v3"
