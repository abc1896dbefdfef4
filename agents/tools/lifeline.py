"""Runs one command, and takes its whole process group down when Cadre is gone.

Started by `Processes` as a script, in a session of its own, with the reading end of a pipe whose
other end only Cadre holds. When Cadre ends in whatever way, SIGKILL included, the pipe closes and
the group dies. PR_SET_PDEATHSIG would reach the first child only, and Linux only.

Imports nothing but built-in modules, since every command pays for its start.

    python -I -S lifeline.py FD COMMAND [ARGUMENT...]
"""

import _thread
import os
import signal
import sys


def main(descriptor: int, command: list[str]) -> int:
    """The command's exit code as a shell gives it: 126, 127 and 128 + signal included."""
    os.set_inheritable(descriptor, False)
    try:
        # Python ignores these two signals, and what is ignored would be inherited.
        ours = (signal.SIGPIPE, signal.SIGXFSZ)
        child = os.posix_spawnp(command[0], command, os.environ, setsigdef=ours)
    except FileNotFoundError:
        return _refuse(f"{command[0]}: command not found", 127)
    except OSError as error:
        return _refuse(f"{command[0]}: {error.strerror}", 126)
    _thread.start_new_thread(_watch, (descriptor,))
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return 128 - code if code < 0 else code


def _watch(descriptor: int) -> None:
    os.read(descriptor, 1)
    os.killpg(0, signal.SIGKILL)


def _refuse(message: str, code: int) -> int:
    os.write(2, f"{message}\n".encode(errors="replace"))
    return code


if __name__ == "__main__":
    # Not sys.exit: shutting the interpreter down takes longer than the rest of this file.
    os._exit(main(int(sys.argv[1]), sys.argv[2:]))
