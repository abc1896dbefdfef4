"""llama.cpp's RPC server over this machine: `python -m models.llama.rpc_server HOST PORT`.

A program of its own, for `cadre worker`: what a client sends may abort it. It prints one line of
JSON, `{"address": ..., "devices": [...]}` once it listens, or `{"error": ..., "hint": ...}`, and
ends when its stdin does.
"""

from __future__ import annotations

import argparse
import ctypes
import errno
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Sequence
from threading import Thread
from typing import IO, Any

from models.cores import physical_cores
from models.errors import ModelError
from models.keepalive import keep_alive, listening_at
from models.llama import ggml
from models.llama.abort import before_abort
from models.llama.devices import Device, accelerators, devices
from models.llama.rpc import backend

_TAKEN = "choose another one: --port PORT"
_REFUSED = {
    errno.EADDRINUSE: ("port {port} of {host} is taken", _TAKEN),
    errno.EACCES: ("port {port} is the administrator's", "choose one above 1023: --port PORT"),
    errno.EADDRNOTAVAIL: (
        "this machine has no address {host}",
        "name one of its own, or 0.0.0.0 for all of them: --host ADDRESS",
    ),
}


def main(arguments: Sequence[str]) -> None:
    """Serve until stdin ends, or say why not."""
    given = _parser().parse_args(arguments)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started us decides when it is over
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # llama.cpp has its own things to say there
    before_abort(lambda message: os.write(2, f"{message}\n".encode()))
    Thread(target=_end_with_stdin, daemon=True).start()
    try:
        start, offered = _start_server(), _offered(given.device or ())
        address = _bindable(given.host, given.port)
    except ModelError as error:
        _say(answer, {"error": error.message, "hint": error.hint})
        return
    Thread(target=_announce, args=(address, offered, answer), daemon=True).start()
    start(*address, given.threads or physical_cores(), offered)
    _say(answer, {"error": "llama.cpp's RPC server does not start", "hint": _TAKEN})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m models.llama.rpc_server")
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--device", action="append")
    return parser


def _end_with_stdin() -> None:
    """Also whoever is killed closes its end of the pipe."""
    while os.read(0, 4096):  # not sys.stdin, whose lock the interpreter wants when it ends
        pass
    os._exit(0)


def _offered(names: Sequence[str]) -> list[Device]:
    """The named ones; without names the accelerators, and the CPU where there are none."""
    known = {device.name: device for device in devices()}
    for name in names:
        if name not in known:
            raise ModelError(f"no device is called {name}", f"choose among {', '.join(known)}")
    if names:
        return [known[name] for name in names]
    return accelerators() or [device for device in known.values() if device.kind == "cpu"]


def _bindable(host: str, port: int) -> tuple[str, int]:
    """The address in numbers, and a port that is free; llama.cpp would not say why it is not."""
    try:
        number = socket.gethostbyname(host)
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((number, port))
            return number, int(trial.getsockname()[1])
    except (UnicodeError, socket.gaierror):
        message, hint = _REFUSED[errno.EADDRNOTAVAIL]
    except OverflowError:
        message, hint = "there is no port {port}", _TAKEN
    except OSError as error:
        why = error.strerror or "it is refused"
        message, hint = _REFUSED.get(error.errno or 0, (f"{{host}}, port {{port}}: {why}", _TAKEN))
    raise ModelError(message.format(host=host, port=port), hint)


def _start_server() -> Any:  # Any: a function of an address, threads and devices
    address = ggml.reg_get_proc_address(backend(), b"ggml_backend_rpc_start_server")
    size, text = ctypes.c_size_t, ctypes.c_char_p
    function = ctypes.CFUNCTYPE(None, text, text, size, size, ctypes.c_void_p)(address)

    def start(host: str, port: int, threads: int, offered: Sequence[Device]) -> None:
        handles = (ctypes.c_void_p * len(offered))(*[device.handle for device in offered])
        function(f"{host}:{port}".encode(), None, threads, len(offered), handles)

    return start


def _announce(address: tuple[str, int], offered: Sequence[Device], answer: IO[str]) -> None:
    """Say that it listens, as soon as it does. A client whose machine goes away is let go of."""
    while not _kept_alive(*address):
        time.sleep(0.01)
    host, port = address
    told = [
        {"name": d.name, "description": d.description, "free": d.free, "total": d.total}
        for d in offered
    ]
    _say(answer, {"address": f"{host}:{port}", "devices": told})


def _kept_alive(host: str, port: int) -> bool:
    """Whether there is a listener to tell it to."""
    found = False
    for listener in listening_at(host, port):
        keep_alive(listener)
        found = True
    return found


def _say(answer: IO[str], told: dict[str, Any]) -> None:  # Any: JSON
    answer.write(json.dumps(told) + "\n")
    answer.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
