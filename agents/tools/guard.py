"""Runs one command, and takes it down when its processes take too much memory or are too many.

The kernel's own limits on memory count each process alone, or count what is only reserved, as the
runtimes of Go and Java do by the terabyte; its limit on processes does not hold for root. Should
memory run out all the same, the kernel takes these processes first, not Cadre.

Imports nothing but built-in modules, since every command pays for its start.

    python -I -S guard.py BYTES PROCESSES COMMAND [ARGUMENT...]
"""

import _thread
import os
import signal
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

INTERVAL = 0.2


def main(memory: int, processes: int, command: list[str]) -> int:
    """The command's exit code as a shell gives it."""
    _offer()
    ours = (signal.SIGPIPE, signal.SIGXFSZ)
    child = os.posix_spawn(command[0], command, os.environ, setsigdef=ours)
    _thread.start_new_thread(_watch, (child, memory, processes))
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return 128 - code if code < 0 else code


def _offer() -> None:
    try:
        file = os.open("/proc/self/oom_score_adj", os.O_WRONLY)
        os.write(file, b"1000")
        os.close(file)
    except OSError:
        pass


def _watch(child: int, memory: int, processes: int) -> None:
    excess = ""
    while not excess:
        time.sleep(INTERVAL)
        excess = _excess(_family(child), memory, processes)
    os.write(2, f"stopped: {excess}\n".encode())
    os.kill(child, signal.SIGKILL)


def _excess(family: list[int], memory: int, processes: int) -> str:
    if len(family) > processes:
        return f"it had more than {processes:,} processes"
    # The cheap count takes the pages that forked processes still share for each one's own.
    if _total(family, _resident) > memory and _total(family, _share) > memory:
        return f"its processes took more than {memory >> 20:,} MiB of memory"
    return ""


def _family(process: int) -> list[int]:
    """The process and all below it."""
    found = [process]
    for one in found:
        try:
            for thread in os.scandir(f"/proc/{one}/task"):
                found += map(int, _read(f"{thread.path}/children").split())
        except OSError:
            continue
    return found


def _total(family: list[int], measure: "Callable[[int], int]") -> int:
    total = 0
    for process in family:
        try:
            total += measure(process)
        except (OSError, ValueError):
            continue
    return total


def _resident(process: int) -> int:
    """Bytes in memory that belong to no file."""
    _, resident, shared, *_ = map(int, _read(f"/proc/{process}/statm").split())
    return (resident - shared) * os.sysconf("SC_PAGE_SIZE")


def _share(process: int) -> int:
    """Bytes in memory, those that several processes use divided among them; slow."""
    lines = _read(f"/proc/{process}/smaps_rollup").splitlines()
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith(b"Pss:"))


def _read(path: str) -> bytes:
    content = b""
    file = os.open(path, os.O_RDONLY)
    try:
        # The kernel gives such a file piece by piece.
        while piece := os.read(file, 1 << 16):
            content += piece
    finally:
        os.close(file)
    return content


if __name__ == "__main__":
    # Not sys.exit: shutting the interpreter down takes longer than the rest of this file.
    os._exit(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))
