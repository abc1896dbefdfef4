"""File systems of a test's own, in a namespace of its own."""

import shutil
import subprocess

UNSHARE = ("unshare", "--map-root-user", "--mount", "sh", "-ceu")


def can_mount() -> bool:
    """Whether this machine lets us mount one."""
    if not shutil.which("unshare"):
        return False
    with_mount = [*UNSHARE, "mount -t tmpfs tmpfs /mnt"]
    return subprocess.run(with_mount, capture_output=True, check=False).returncode == 0
