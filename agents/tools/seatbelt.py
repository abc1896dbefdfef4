"""Shuts a command in by sandbox-exec (macOS): everything is refused that the profile does not name.

There is no layer to write into: without approval the repository is read-only, and only temporary
folders can be written. Without approval nothing of the network works either, loopback included.
The profile's language is that of `sandbox-exec -p`; see /System/Library/Sandbox/Profiles.
"""

import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from agents.tools.process import CommandRunner
from agents.tools.sandbox import NOTHING, Hidden
from agents.tools.toolchain import folders, home, variables
from agents.tools.worktree import git_folders

PROGRAM = "/usr/bin/sandbox-exec"

TEMPORARY = ("/private/tmp", "/private/var/tmp", "/private/var/folders")

DEVICES = ("/dev/null", "/dev/zero", "/dev/tty", "/dev/ptmx", "/dev/stdout", "/dev/stderr")

SERVICES = (
    *("com.apple.system.opendirectoryd.libinfo", "com.apple.system.notification_center"),
    *("com.apple.logd", "com.apple.system.logger", "com.apple.trustd.agent"),
    *("com.apple.bsd.dirhelper", "com.apple.SystemConfiguration.configd"),
)
"""Of the system: names of users, settings, logs. Launching programs elsewhere is not among them."""

_ALWAYS = """(version 1)
(deny default)
(allow process-exec process-fork)
(allow signal (target same-sandbox))
(allow process-info* (target same-sandbox))
(allow sysctl-read)
(allow pseudo-tty)
(allow ipc-posix-sem ipc-posix-shm)
(allow file-read-metadata)
(allow file-read*)
(allow file-ioctl (literal "/dev/tty") (literal "/dev/ptmx"))
"""


@dataclass(frozen=True)
class Seatbelt:
    """The one that every macOS has."""

    program: str = PROGRAM

    @property
    def name(self) -> str:
        """See `Sandbox`."""
        return "sandbox-exec"

    @property
    def layered(self) -> bool:
        """See `Sandbox`."""
        return False

    def argv(
        self,
        command: Sequence[str],
        root: Path,
        *,
        write: bool,
        network: bool,
        hidden: Hidden = NOTHING,
    ) -> list[str]:
        """See `Sandbox`."""
        if home().is_relative_to(root):
            raise ValueError("your home is inside this repository, so it cannot be hidden")
        environment = (f"{name}={value}" for name, value in variables(root, network).items())
        profile = "\n".join(_profile(root, write, network, hidden))
        return ["/usr/bin/env", "-i", *environment, self.program, "-p", profile, "--", *command]


async def candidates(run: CommandRunner) -> list[Seatbelt] | str:
    """Ways in which it might work; or what is missing."""
    return [Seatbelt()] if shutil.which(PROGRAM) else "sandbox-exec is missing"


def hint() -> str:
    """What to do where it does not work."""
    return "sandbox-exec comes with macOS and cannot run inside another sandbox"


def _profile(root: Path, write: bool, network: bool, hidden: Hidden) -> Iterator[str]:
    """Of rules that fit a path the last one counts."""
    yield _ALWAYS
    yield f"(allow mach-lookup {' '.join(f'(global-name {_text(name)})' for name in SERVICES)})"
    yield _paths("deny file-read-data", [home(), *map(Path, ("/Volumes", "/private/var/root"))])
    yield _paths("allow file-read*", [root, *folders(), *git_folders(root)])
    yield _paths("allow file-write*", map(Path, (*TEMPORARY, *DEVICES)))
    yield _paths("allow file-write*" if write else "deny file-write*", [root])
    yield _paths("deny file-write*", [root / ".git", *hidden.folders])
    if hidden.files:
        yield _paths("deny file-read* file-write*", hidden.files)
    if network:
        yield "(allow network*)\n(allow system-socket)"


def _paths(rule: str, paths: Iterable[Path]) -> str:
    return f"({rule} {' '.join(f'(subpath {_text(str(path))})' for path in paths)})"


def _text(text: str) -> str:
    """As a string of the profile, whose escapes are those of C."""
    return json.dumps(text, ensure_ascii=False)
