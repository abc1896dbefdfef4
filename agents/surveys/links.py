"""Links in Markdown that lead to nothing: files of the repository, and headings.

Conservative: what a site generator may resolve, what leads out of the repository (GitHub's own
`../../issues`) and what git ignores (built files) is not judged.
"""

import posixpath
import re
from collections.abc import Iterator
from urllib.parse import unquote

from agents.finding import Finding, Severity
from agents.surveys.markdown import Document, plain_anchor
from agents.surveys.notes import Notes
from agents.tools.git import git
from agents.tools.tool import Result
from agents.tools.tree import Tree

MAX_DOCUMENTS = 500

MARKDOWN = ("*.md", "*.markdown")

SITES = (
    *("mkdocs.yml", "mkdocs.yaml", "docusaurus.config.js", "docusaurus.config.ts", "_config.yml"),
    *("hugo.toml", "book.toml", "conf.py", "astro.config.mjs", "antora.yml", "zensical.toml"),
)
"""Configurations of generators that resolve links in their own way."""

INCLUDES = re.compile(
    r"ALL-CONTRIBUTORS|all-contributors|--8<--|\{%|\{\{|^:::|```\{include|<Include|\.\. include::",
    re.MULTILINE,
)


def documents(tree: Tree) -> Iterator[Document]:
    """The Markdown that people read as it is; what a generator fills in is left out."""
    for name in tree.own(*MARKDOWN)[:MAX_DOCUMENTS]:
        text = tree.text(name)
        if text is not None and "{{cookiecutter" not in name and "template" not in name.lower():
            yield Document(name, text)


async def broken_links(notes: Notes) -> None:
    every = list(documents(notes.tree))
    if not every:
        return
    read = {document.name: document for document in every}
    links = [(d, line, target) for d in every for line, target in d.links() if _local(target)]
    sites = notes.tree.named(*SITES)
    files = [_missing_file(notes.tree, d, line, target, sites) for d, line, target in links]
    anchors = [_missing_anchor(read, d, line, target) for d, line, target in links]
    findings = [f for f in (*files, *anchors) if f]
    ignored = await _ignored(notes, findings)
    findings = [f for f in findings if f.rule != "cadre/broken-link" or _target(f) not in ignored]
    text = "\n".join(f"{f.path}:{f.line}: {f.message}" for f in findings) or "all lead somewhere"
    arguments = {"documents": len(every), "links": len(links)}
    id = notes.keep("check_links", {**arguments}, Result(text))
    total = len(notes.tree.own(*MARKDOWN))
    of = f" (of {total:,})" if total > MAX_DOCUMENTS else ""
    told = f"{len(links)} local links in {len(every)}{of} documents"
    notes.say(f"{told}, {len(findings)} lead to nothing", id)
    notes.found(*(f.model_copy(update={"evidence": (id,)}) for f in findings))


def _local(target: str) -> bool:
    return not re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//|[{<$%@|]", target) and "{{" not in target


def _missing_file(
    tree: Tree, document: Document, line: int, target: str, sites: list[str]
) -> Finding | None:
    path = unquote(target.partition("#")[0].partition("?")[0])
    if not path:
        return None
    if path.startswith("/") and (sites or not re.search(r"\.[a-z]{2,4}$", path)):
        return None  # from the top of a site, whose address is unknown
    full = _full(document, path)
    if full.startswith("..") or any(tree.has(name) for name in _spellings(full)):
        return None
    if _by_site(document, sites) and posixpath.splitext(full)[1] not in {".md", ".markdown"}:
        return None  # a page's address, or a file that the theme brings
    return Finding(
        severity=Severity.WARNING,
        message=f"links to {full}, which does not exist",
        path=document.name,
        line=line,
        rule="cadre/broken-link",
        tool="cadre",
        fix="point the link to where the file is now, or remove it",
    )


def _full(document: Document, path: str) -> str:
    """The path from the repository's root; one that starts with a slash is seen from there."""
    folder = "" if path.startswith("/") else posixpath.dirname(document.name)
    return posixpath.normpath(posixpath.join(folder, path.lstrip("/")))


def _spellings(path: str) -> Iterator[str]:
    """The file itself, and what sites make of it."""
    yield path
    stem, suffix = posixpath.splitext(path)
    if suffix in {"", ".html"}:
        base = stem if suffix else path
        for ending in (".md", ".rst", ".mdx", "/index.md", "/README.md", "/_index.md"):
            yield f"{base}{ending}"


def _by_site(document: Document, sites: list[str]) -> bool:
    """Whether a generator renders the document: it lies beside, or below, its configuration."""
    top = document.name.partition("/")[0]
    return "/" in document.name and any("/" not in n or n.startswith(f"{top}/") for n in sites)


def _missing_anchor(
    read: dict[str, Document], document: Document, line: int, target: str
) -> Finding | None:
    path, _, anchor = unquote(target).partition("#")
    here = document.name
    full = _full(document, path) if path else here
    other = read.get(full)
    wanted = plain_anchor(anchor.removeprefix("user-content-"))
    if other is None or not wanted or wanted in {"top", "readme"} or INCLUDES.search(other.text):
        return None
    # A heading that comes twice gets a number.
    if {wanted, wanted.rstrip("0123456789")} & other.anchors or anchor.startswith("L"):
        return None
    return Finding(
        severity=Severity.NOTE,
        message=f"links to the heading #{anchor} of {full}, which has none of that name",
        path=document.name,
        line=line,
        rule="cadre/broken-anchor",
        tool="cadre",
    )


async def _ignored(notes: Notes, findings: list[Finding]) -> frozenset[str]:
    """Targets that git ignores: built files are not missing, only not built."""
    paths = sorted({_target(f) for f in findings if f.rule == "cadre/broken-link"})
    if not paths:
        return frozenset()
    ran = await git(notes.workplace, "check-ignore", "--no-index", "--", *paths[:500])
    return frozenset(name for name in ran.stdout.splitlines())


def _target(finding: Finding) -> str:
    return finding.message.removeprefix("links to ").removesuffix(", which does not exist")
