"""What a command is shut in.

Inside, the repository is readable, and what a command writes there is thrown away afterwards unless
writing was approved; the home, other processes and the network are not there. A sandbox only builds
an argv; whoever starts that needs nothing else. `sandboxes.find_sandbox` knows which one works.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Hidden:
    """What of the repository a command does not see."""

    files: tuple[Path, ...] = ()
    """Secrets, and `.git` files of submodules."""
    folders: tuple[Path, ...] = ()
    """Git's own below the root, as of submodules: whoever writes there has git run something."""


NOTHING = Hidden()


class Sandbox(Protocol):
    """Shuts a command in."""

    @property
    def name(self) -> str:
        """As people know it."""

    @property
    def layered(self) -> bool:
        """Whether a command may write in the repository and have that thrown away afterwards."""

    def argv(
        self,
        command: Sequence[str],
        root: Path,
        *,
        write: bool,
        network: bool,
        hidden: Hidden = NOTHING,
    ) -> list[str]:
        """What runs the command shut in; ValueError where this repository cannot be shut in."""
