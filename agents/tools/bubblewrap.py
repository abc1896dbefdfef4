"""Shuts a command in by bubblewrap (Linux), without an administrator's rights.

It sees the system, the toolchains and the repository, read-only; its home and /tmp are empty,
bounded, and gone with it. It has no network, no other processes, no capabilities, and can make no
namespaces. Where the kernel lets users mount one, a layer over the repository takes what it writes
there. bubblewrap can mount a layer itself since 0.11, but without a bound, so one more bubblewrap
is put around it, in which `mount` may do so.

https://github.com/containers/bubblewrap; "Overlay Filesystem" in the kernel's documentation.
"""

import os
import resource
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agents.tools.limits import Limits, of_machine
from agents.tools.process import CommandRunner
from agents.tools.sandbox import NOTHING, Hidden
from agents.tools.toolchain import OF_NETWORK, SYSTEM, folders, home, variables
from agents.tools.worktree import git_folders

PROGRAMS = (
    "/usr/bin:/bin:/usr/sbin:/sbin:/usr/local/bin:/run/wrappers/bin:/run/current-system/sw/bin"
)
"""Where our own programs are looked for; on the user's PATH may be a folder of the repository."""

OF_ETC = ("java*", "maven", "perl", "python*")
"""Folders of /etc with a toolchain's own settings."""

KERNEL = ("sys", "fs", "irq", "bus", "scsi", "acpi", "asound", "driver", "pressure")
"""Folders of /proc through which root, even without capabilities, could change the machine."""
SWITCHES = ("sysrq-trigger", "mtrr")
"""The same, files."""

GUARD = Path(__file__).with_name("guard.py")

_MOUNT = 'cd "$1" && mount -t overlay -o "$2" overlay "$1" && shift 2 && exec "$@"'


@dataclass(frozen=True)
class Bubblewrap:
    """How bubblewrap is called here."""

    program: str
    help: str = ""
    """What it says of itself: older ones lack some options."""
    layered: bool = True
    """See `Sandbox`; without a layer the repository is read-only."""
    limits: Limits = field(default_factory=of_machine)

    @property
    def name(self) -> str:
        """See `Sandbox`."""
        return "bubblewrap" if self.layered else "bubblewrap (the repository read-only)"

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
        layer = self.layered and not write
        bounds = (str(self.limits.memory), str(self.limits.processes))
        return [
            *(sys.executable, "-I", "-S", str(GUARD), *bounds),
            *(_program("env"), "-i", *(f"{k}={v}" for k, v in variables(root, network).items())),
            *(self._layer(root) if layer else ()),
            *(self.program, "--die-with-parent", *self._apart(network)),
            *self._system(root, network),
            *self._repository(root, write, layer, hidden),
            *("--remount-ro", "/", "--chdir", str(root), "--"),
            *_limited(self.limits),
            *command,
        ]

    def _layer(self, root: Path) -> Iterator[str]:
        """A bubblewrap that only mounts the layer, and runs what follows."""
        scratch = _scratch(root)
        options = f"lowerdir=.,upperdir={scratch}/upper,workdir={scratch}/work,userxattr"
        yield from (self.program, "--die-with-parent", "--unshare-user", "--uid", "0", "--gid", "0")
        yield from ("--cap-add", "ALL", "--dev-bind", "/", "/")
        yield from self._empty(scratch, self.limits.written)
        yield from ("--dir", f"{scratch}/upper", "--dir", f"{scratch}/work", "--")
        yield from (_program("sh"), "-c", _MOUNT, "sh", str(root), options)

    def _apart(self, network: bool) -> Iterator[str]:
        yield from ("--unshare-user", "--uid", str(os.getuid()), "--gid", str(os.getgid()))
        yield from ("--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try")
        yield from ("--cap-drop", "ALL")
        if not network:
            yield "--unshare-net"
        if "--disable-userns" in self.help:
            yield "--disable-userns"

    def _system(self, root: Path, network: bool) -> Iterator[str]:
        """Everything but the repository. What comes later lies over what came before."""
        of_etc = [str(path) for pattern in OF_ETC for path in Path("/etc").glob(pattern)]
        for path in (*SYSTEM, *of_etc, *(OF_NETWORK if network else ())):
            yield from ("--ro-bind-try", path, path)
        yield from ("--dev", "/dev", *self._empty("/dev/shm", self.limits.written // 4))
        yield from ("--remount-ro", "/dev", "--proc", "/proc")
        for name in (*KERNEL, *SWITCHES):
            yield from ("--ro-bind-try", f"/proc/{name}", f"/proc/{name}")
        for folder in ("/tmp", "/var/tmp", str(home())):
            yield from self._empty(folder, self.limits.written // 4)
        for path in map(str, (*folders(), *git_folders(root))):
            yield from ("--ro-bind-try", path, path)

    def _repository(self, root: Path, write: bool, layer: bool, hidden: Hidden) -> Iterator[str]:
        at = str(root)
        yield from ("--bind" if write or layer else "--ro-bind", at, at)
        if write:
            # Who writes there decides what git runs, for the user as well.
            yield from ("--ro-bind", f"{at}/.git", f"{at}/.git")
            for folder in map(str, hidden.folders):
                yield from ("--tmpfs", folder, "--remount-ro", folder)
        for file in map(str, hidden.files):
            yield from ("--ro-bind", os.devnull, file)

    def _empty(self, folder: str, bytes: int) -> Iterator[str]:
        if "--size" in self.help:
            yield from ("--size", str(bytes))
        yield from ("--tmpfs", folder)


async def candidates(run: CommandRunner) -> list[Bubblewrap] | str:
    """Ways in which it might work, the best first; or what is missing."""
    program = shutil.which("bwrap", path=PROGRAMS)
    missing = [name for name in ("env", "sh", "prlimit") if not shutil.which(name, path=PROGRAMS)]
    if program is None:
        return "bubblewrap (bwrap) is not installed"
    if missing:
        return f"bubblewrap needs {' and '.join(missing)} beside it"
    ran = await run([program, "--help"], cwd=Path("/"), timeout=10)
    return [Bubblewrap(program, ran.output, layered) for layered in (True, False)]


def hint() -> str:
    """What to do where none of the ways works."""
    if shutil.which("bwrap", path=PROGRAMS) is None:
        return "install bubblewrap, for example: sudo apt install bubblewrap"
    if _setting("kernel/apparmor_restrict_unprivileged_userns") == "1":
        return (
            "give bwrap an AppArmor profile with `userns,` (see apparmor.d), or sandbox elsewhere"
        )
    if _setting("user/max_user_namespaces") == "0":
        return "allow user namespaces: sudo sysctl user.max_user_namespaces=10000"
    if any(Path(mark).exists() for mark in ("/.dockerenv", "/run/.containerenv")):
        return "let the container make user namespaces: --security-opt seccomp=unconfined"
    return "let users make namespaces (user.max_user_namespaces, kernel.unprivileged_userns_clone)"


def _setting(name: str) -> str:
    try:
        return Path("/proc/sys", name).read_text().strip()
    except OSError:
        return ""


def _program(name: str) -> str:
    return shutil.which(name, path=PROGRAMS) or name


def _scratch(root: Path) -> str:
    """A folder of the system over which the layer is kept, away from the repository."""
    fit = (at for at in ("/mnt", "/media", "/srv") if Path(at).is_dir())
    return next((at for at in fit if not root.is_relative_to(at)), "/var/tmp")


def _limited(limits: Limits) -> Iterator[str]:
    """Set inside, where a limit on processes counts those inside alone, since Linux 5.14."""
    yield from (_program("prlimit"), "--core=0")
    yield f"--fsize={_bounded(limits.file, resource.RLIMIT_FSIZE)}"
    if _kernel() >= (5, 14):
        yield f"--nproc={_bounded(limits.processes, resource.RLIMIT_NPROC)}"
    yield "--"


def _bounded(wanted: int, limit: int) -> int:
    """The limit, or what the user is held to already: nobody may raise that."""
    hard = resource.getrlimit(limit)[1]
    return wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)


def _kernel() -> tuple[int, ...]:
    numbers = os.uname().release.split("-")[0].split(".")[:2]
    return tuple(int(number) for number in numbers if number.isdigit())
