"""`cadre models experts`: which experts a mixture of experts chooses, for which role."""

from __future__ import annotations

import asyncio
import json as jsonlib
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from agents.settings import Settings, load
from console.exits import Exit
from console.heat_map_svg import svg as drawn
from console.heat_report import as_json, show_experts
from console.loading_bar import bar_while_loading
from console.terminal import Terminal, this_terminal, write
from graphs.sessions import open_sessions
from models.engine_options import EngineOptions
from models.errors import ModelError, RunError, UsageError
from models.experts import ExpertUsage
from models.heat import ANSWER, count_experts, experts_in, kept_file, standard_prompts
from models.heat import load as load_kept
from models.reference import ModelReference, Source, parse_reference, path_of


def experts(
    model: str,
    *,
    prompt: str | None = None,
    session: str | None = None,
    tokens: int = ANSWER,
    svg: Path | None = None,
    json: bool = False,
) -> Exit:
    """Count, or read what a session counted; the map on stdout, and as a file where asked for."""
    if prompt is not None and session is not None:
        raise UsageError("--prompt and --session exclude each other", "choose one of them")
    if prompt is not None and not prompt.strip():
        raise UsageError("--prompt is empty", 'for example --prompt "Why does the build fail?"')
    if svg is not None:
        _try(svg)
    settings, reference, terminal = load(), parse_reference(model), this_terminal()
    if session is not None:
        source, usage = "session", _kept(settings, session, reference)
    else:
        source = "prompts" if prompt is None else "prompt"
        prompts = standard_prompts() if prompt is None else {"prompt": prompt}
        usage = _counted(settings, reference, prompts, tokens, terminal)
    if json:
        write(terminal.out, jsonlib.dumps(as_json(usage, reference.text, source)) + "\n")
    else:
        show_experts(terminal.out, usage)
    if svg is not None:
        _write(svg, drawn(usage, Path(reference.text).name))
        terminal.tell(f"wrote {svg}")
    return Exit.DONE


def _counted(
    settings: Settings,
    reference: ModelReference,
    prompts: Mapping[str, str],
    tokens: int,
    terminal: Terminal,
) -> ExpertUsage:
    path = _file_of(reference)
    experts_in(path)  # before anything is said to be loading
    options = EngineOptions(
        context_tokens=settings.context_tokens,
        threads=settings.threads,
        loading=settings.loading,
        family=settings.families.get(reference.text),
    )
    with bar_while_loading(terminal, path.name) as bar:
        usage = count_experts(
            path,
            prompts,
            options,
            answer=tokens,
            on_progress=partial(bar, path.name),
            on_prompt=lambda role: terminal.tell(f"counting: {role}", "dim"),
        )
    if not usage.counts.total:
        raise RunError(
            f"no choice of an expert was seen in {path.name}",
            "see what it is: cadre models inspect",
        )
    return usage


def _kept(settings: Settings, session: str, reference: ModelReference) -> ExpertUsage:
    """What the session counted of that model."""
    asyncio.run(_check_session(settings, session))
    file, path = kept_file(settings.state_dir, session), _file_of(reference)
    by_path = load_kept(file).by_path if file.exists() else {}
    usage = by_path.get(str(path.resolve()))
    if usage is not None and usage.counts.total:
        return usage
    if path.exists():
        experts_in(path)
    if by_path:
        raise UsageError(
            f"session {session} counted nothing of {reference.text}",
            f"it counted experts of: {', '.join(by_path)}",
        )
    raise UsageError(
        f"session {session} counted no experts",
        'count them while it runs: CADRE_WATCH_EXPERTS=true cadre run "..."',
    )


async def _check_session(settings: Settings, session: str) -> None:
    async with open_sessions(settings.sessions_path) as sessions:
        await sessions.get(session)


def _file_of(reference: ModelReference) -> Path:
    if reference.source is Source.SCRIPTED:
        raise ModelError(
            f"{reference.text} follows a script, and has no experts", "name a mixture of experts"
        )
    return path_of(reference)


def _try(path: Path) -> None:
    """Before minutes of counting: whether the file can be written at all."""
    new = not path.exists()
    try:
        path.open("ab").close()
    except OSError as error:
        why = f"--svg: cannot write {path}: {error.strerror}"
        raise UsageError(why, "name a file in a folder that exists") from None
    if new:
        path.unlink()


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise RunError(f"cannot write {path}: {error.strerror}", "free some space") from None
