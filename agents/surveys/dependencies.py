"""Dependencies that are declared and that nothing uses.

Conservative: a dependency counts as used when it is imported, or when its name or that of one of
its modules stands anywhere but in prose, in lock files and in its own declaration. What is used
without an import (plugins, drivers, servers, tools) is not looked at.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.metadata import packages_distributions

from agents.finding import Finding, Severity
from agents.surveys.notes import Notes
from agents.tools.git import git
from agents.tools.tool import Result
from agents.tools.tree import Tree

MAX_FILES = 5000

MODULES = {
    "pyyaml": ("yaml",),
    "beautifulsoup4": ("bs4",),
    "pillow": ("PIL",),
    "scikit-learn": ("sklearn",),
    "opencv-python": ("cv2",),
    "opencv-python-headless": ("cv2",),
    "python-dateutil": ("dateutil",),
    "python-dotenv": ("dotenv",),
    "protobuf": ("google",),
    "pyjwt": ("jwt",),
    "attrs": ("attr", "attrs"),
    "msgpack-python": ("msgpack",),
    "pycryptodome": ("Crypto",),
    "pyserial": ("serial",),
    "pygithub": ("github",),
    "gitpython": ("git",),
    "mysqlclient": ("MySQLdb",),
    "djangorestframework": ("rest_framework",),
    "python-slugify": ("slugify",),
    "ruamel-yaml": ("ruamel",),
    "setuptools": ("setuptools", "pkg_resources"),
    "grpcio": ("grpc",),
    "websocket-client": ("websocket",),
    "pyopenssl": ("OpenSSL",),
    "prometheus-client": ("prometheus_client",),
    "faiss-cpu": ("faiss",),
    "sentry-sdk": ("sentry_sdk",),
}
"""Modules of distributions that are called otherwise; metadata knows those that are installed."""

NOT_IMPORTED = (
    *("types-*", "*-stubs", "pytest*", "*-plugin*", "*plugin", "flake8*", "pylint*", "mypy*"),
    *("ruff", "black", "isort", "coverage*", "tox*", "nox", "pre-commit*", "sphinx*", "mkdocs*"),
    *("setuptools*", "wheel", "pip", "build", "twine", "hatch*", "poetry*", "flit*", "uv"),
    *("gunicorn", "uvicorn*", "hypercorn", "daphne", "waitress", "uwsgi", "supervisor", "honcho"),
    *("psycopg*", "asyncpg", "mysql*", "pymysql", "aiosqlite", "aiomysql", "cx-oracle", "oracledb"),
    *(
        "pyodbc",
        "tzdata",
        "certifi",
        "uvloop",
        "httptools",
        "watchfiles",
        "websockets",
        "h2",
        "h11",
    ),
    *("lxml", "html5lib", "python-multipart", "email-validator", "argon2*", "bcrypt", "brotli*"),
    *(
        "cryptography",
        "openpyxl",
        "xlrd",
        "xlsxwriter",
        "pyarrow",
        "fastparquet",
        "tables",
        "numexpr",
    ),
    *("colorama", "greenlet", "socksio", "pysocks", "jupyter*", "notebook", "ipykernel", "ipython"),
    *("django-*", "flask-*", "importlib-*", "typing-extensions", "backports*", "pywin32*", "ujson"),
    *("werkzeug", "itsdangerous", "urllib3", "idna", "charset-normalizer", "starlette", "anyio"),
    *("*-engineio", "sniffio", "pydantic-core", "pyasn1*", "chardet", "tornado"),
    *(
        "whitenoise",
        "dj-*",
        "zstandard",
        "cffi",
        "cython",
        "numpy",
        "httpx",
        "jinja2",
        "markupsafe",
    ),
)
"""Tools, plugins, drivers and back ends, and what is often declared only to pin its version."""

PROSE = (
    *("*.md", "*.rst", "*.txt", "*.lock", "*.adoc", "*-lock.json", "*lock.yaml", "*.ipynb"),
    *("Pipfile", "Pipfile.lock", "environment*.y*ml", "LICENSE*", "CHANGE*", "NEWS*", "*.svg"),
)


@dataclass(frozen=True)
class Declared:
    """A dependency as a file declares it."""

    name: str
    """Normalised: lower case, dashes."""
    path: str
    line: int | None


async def unused_dependencies(notes: Notes) -> None:
    declared = list(_declared(notes.tree))
    if not declared:
        return
    sources = notes.tree.named("*.py", "*.pyi", "*.pyx")
    if not sources or len(sources) > MAX_FILES:
        notes.say(f"{len(declared)} dependencies; {len(sources):,} files, so imports not compared")
        return
    imported = _imported(notes.tree, sources)
    missing = [d for d in declared if not _exempt(d.name) and not _modules(d.name) & imported]
    unused = [d for d in missing if not await _mentioned(notes, d)]
    lines = [f"{d.path}:{d.line}: {d.name} is imported nowhere" for d in unused]
    text = "\n".join(lines) or "every dependency that is checked is used"
    arguments = {"files": len(sources), "dependencies": len(declared)}
    id = notes.keep("compare_imports", {**arguments}, Result(text))
    notes.say(f"{len(declared)} declared dependencies, {len(unused)} of them unused", id)
    notes.found(*(_finding(d, id) for d in unused))


def _declared(tree: Tree) -> Iterator[Declared]:
    seen: set[str] = set()
    for path, requirements in (_pyproject(tree), *_requirement_files(tree)):
        lines = (tree.text(path) or "").splitlines()
        for requirement in requirements:
            match = re.match(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)", requirement)
            if not match or (name := _normal(match[1])) in seen:
                continue
            seen.add(name)
            yield Declared(name, path, _line_of(match[1], lines))


def _pyproject(tree: Tree) -> tuple[str, list[str]]:
    path = "pyproject.toml"
    try:
        data = tomllib.loads(tree.text(path) or "")
    except tomllib.TOMLDecodeError:
        return path, []
    listed = data.get("project", {}).get("dependencies", [])
    poetry = data.get("tool", {}).get("poetry", {}).get("dependencies", {})
    return path, [*listed, *(name for name in poetry if name != "python")]


def _requirement_files(tree: Tree) -> Iterator[tuple[str, list[str]]]:
    """requirements.txt where a person wrote it; a frozen one names what others need."""
    path = "requirements.txt"
    text = tree.text(path) or ""
    lines = [line for raw in text.splitlines() if (line := raw.partition("#")[0].strip())]
    requirements = [line for line in lines if not line.startswith("-") and "://" not in line]
    frozen = len(requirements) > 5 and all("==" in line for line in requirements)
    if requirements and not frozen and "# via" not in text and "--hash" not in text:
        yield path, requirements


def _imported(tree: Tree, sources: list[str]) -> frozenset[str]:
    """Every top-level module that any file imports, wherever in the file."""
    found: set[str] = set()
    for name in sources:
        text = tree.text(name) or ""
        found.update(re.findall(r"^[ \t>]*(?:from|c?import)[ \t]+(\w+)", text, re.MULTILINE))
        for more in re.findall(r"^[ \t]*import[ \t]+([^#\n]+,[^#\n]+)", text, re.MULTILINE):
            found.update(part.split()[0].split(".")[0] for part in more.split(",") if part.split())
        found.update(re.findall(r"(?:import_module|__import__|importorskip)\(\s*['\"](\w+)", text))
    return frozenset(name.lower() for name in found)


def _modules(name: str) -> frozenset[str]:
    """What the distribution may be imported as, in lower case."""
    known = MODULES.get(name, ())
    installed = (
        m for m, owners in packages_distributions().items() if name in map(_normal, owners)
    )
    plain = name.replace("-", "_")
    guesses = {plain, name.partition("-")[0], name.rpartition("-")[2], plain.removeprefix("py")}
    stripped = re.sub(r"^(python|py)[-_]|[-_](python|py)$", "", name).replace("-", "_")
    return frozenset(m.lower() for m in (*known, *installed, *guesses, stripped))


async def _mentioned(notes: Notes, declared: Declared) -> bool:
    """Whether the name stands anywhere that is neither prose nor its own declaration."""
    words = {declared.name, declared.name.replace("-", "_"), *MODULES.get(declared.name, ())}
    ran = await git(
        notes.workplace,
        *("grep", "--no-textconv", "--untracked", "-I", "-n", "-z", "-w", "-i", "-F"),
        *(option for word in sorted(words) for option in ("-e", word)),
        timeout=15,
    )
    if ran.exit_code > 1:
        return True
    return any(_is_use(line, declared) for line in ran.stdout.splitlines())


def _is_use(hit: str, declared: Declared) -> bool:
    path, _, rest = hit.partition("\0")
    text = re.split("[\0:]", rest, maxsplit=1)[-1]
    if any(fnmatchcase(path.rpartition("/")[2], pattern) for pattern in PROSE):
        return False
    requirement = rf"\s*[\"']?{re.escape(declared.name)}[\"']?\s*($|[\[<>=!~;\"',(])"
    declares = path.endswith((".toml", ".cfg", "setup.py"))
    return not (declares and re.match(requirement, _normal(text), re.IGNORECASE))


def _exempt(name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in NOT_IMPORTED)


def _finding(declared: Declared, id: str) -> Finding:
    return Finding(
        severity=Severity.WARNING,
        message=f"the dependency {declared.name!r} is declared, but nothing imports or names it",
        path=declared.path,
        line=declared.line,
        rule="cadre/unused-dependency",
        tool="cadre",
        evidence=(id,),
        fix=f"remove {declared.name} from {declared.path}",
    )


def _line_of(name: str, lines: list[str]) -> int | None:
    pattern = re.compile(rf"(^|[\s\"'\[,]){re.escape(name)}($|[\s\"'\[<>=!~;,])")
    return next((n for n, line in enumerate(lines, 1) if pattern.search(line)), None)


def _normal(name: str) -> str:
    return re.sub(r"[._]+", "-", name).lower()
