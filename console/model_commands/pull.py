"""`cadre models pull`: brings a model to disk; the path goes to stdout, how it goes to stderr."""

from __future__ import annotations

import json as jsons

from console.clean import one_line
from console.exits import Exit
from console.model_commands.pull_progress import Bar, Lines, Shown
from console.terminal import Terminal, this_terminal, write
from console.words import duration, size
from models.hub import Hub, Pulled, hub_name
from models.hub import pull as pull_model
from models.hub.name import RepositoryOf


def pull(
    name: str,
    *,
    json: bool = False,
    hub: Hub | None = None,
    repository_of: RepositoryOf | None = None,
) -> Exit:
    """Fetch a model, or what of it is not on disk yet; a CadreError where that cannot be."""
    wanted = hub_name(name, repository_of)
    terminal = this_terminal()
    shown: Shown = Bar(terminal.err) if terminal.lively else Lines(terminal.tell)
    try:
        with shown:
            pulled = pull_model(wanted, hub or Hub(), shown)
    except KeyboardInterrupt:
        kept = f" at {size(shown.done)} of {size(shown.total)}" if shown.total else ""
        terminal.tell(f"stopped{kept}; go on with: cadre models pull {one_line(name)}")
        return Exit.INTERRUPTED
    _tell(pulled, shown, terminal)
    write(terminal.out, f"{jsons.dumps(_record(pulled)) if json else pulled.path}\n")
    return Exit.DONE


def _tell(pulled: Pulled, shown: Shown, terminal: Terminal) -> None:
    if not pulled.fetched:
        terminal.tell(f"{pulled.name} is on disk: {size(pulled.bytes)}")
        return
    speed = size(round(pulled.fetched / max(shown.seconds, 0.001)))
    terminal.tell(
        f"pulled {pulled.name}: {size(pulled.fetched)} in {duration(shown.seconds)}, {speed}/s,"
        " checksum right"
    )


def _record(pulled: Pulled) -> dict[str, str | int]:
    return {
        "model": pulled.name.text,
        "repository": pulled.name.repository,
        "quantisation": pulled.quantisation,
        "path": str(pulled.path),
        "files": pulled.files,
        "bytes": pulled.bytes,
        "fetched": pulled.fetched,
    }
