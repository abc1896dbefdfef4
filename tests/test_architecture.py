"""Who may import whom, and which module owns which library: executable, and short."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

MAY_IMPORT: dict[str, set[str]] = {
    "cli": {"console", "graphs", "agents", "models"},
    "console": {"graphs", "agents", "prompts", "models"},
    "graphs": {"agents", "prompts", "models"},
    "agents": {"prompts", "models"},
    "prompts": set(),
    "models": set(),
}
"""`cli -> console -> graphs -> agents -> {prompts, models}`."""

OWNED_BY: dict[str, tuple[str, ...]] = {
    "typer": ("cli.py", "console/flags.py", "console/model_commands/commands.py"),
    "rich": ("console/",),
    "prompt_toolkit": ("console/",),
    "langgraph": ("graphs/",),
    "aiosqlite": ("graphs/sessions.py",),
    "sqlite3": ("graphs/sessions.py", "graphs/team.py"),
    "subprocess": ("models/llama/chosen.py",),  # a compiler, which is given a file of our own
    "llama_cpp": ("models/llama/", "models/probe.py"),
    "jinja2": ("prompts/prompt.py", "models/families/jinja.py"),
    "gguf": ("models/convert/",),
    "huggingface_hub": ("models/hub/",),
    "httpx2": ("models/hub/",),
    "httpx": ("models/inspection/remote.py", "models/remote/"),
    "psutil": ("models/catalogue/machine.py",),
    "platformdirs": ("agents/setting", "console/bug.py"),
    "pydantic_settings": ("agents/setting",),
    "tree_sitter": ("agents/code/",),
    "github": ("agents/hub/",),
    "requests": ("agents/hub/",),
    "detect_secrets": ("agents/safety/",),
    "junitparser": ("agents/runners/",),
    "unidiff": ("agents/edits/",),
    "langchain_core": ("models/", "agents/", "graphs/"),
}
"""The files, or the folders, in which a library may be named."""

FILES = [
    *(ROOT.glob("*.py")),
    *(path for top in MAY_IMPORT if top != "cli" for path in (ROOT / top).rglob("*.py")),
]


def imported(path: Path) -> Iterator[str]:
    """Every module that the file imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_layer_imports_only_what_is_below_it(path: Path) -> None:
    layer = name(path).removesuffix(".py").split("/")[0]
    allowed = {*MAY_IMPORT[layer], layer}
    ours = {module.split(".")[0] for module in imported(path)} & MAY_IMPORT.keys()
    assert ours <= allowed


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_library_is_named_only_by_its_owner(path: Path) -> None:
    libraries = {module.split(".")[0] for module in imported(path)} & OWNED_BY.keys()
    foreign = {lib for lib in libraries if not name(path).startswith(OWNED_BY[lib] or ("\0",))}
    assert not foreign


def test_the_rule_sees_a_breach(tmp_path: Path) -> None:
    breach = tmp_path / "breach.py"
    breach.write_text("def late():\n    from graphs.team import open_team\n")
    assert list(imported(breach)) == ["graphs.team"]
