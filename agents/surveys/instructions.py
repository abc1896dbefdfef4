"""Text in the repository that speaks to models: reported, never followed."""

from collections.abc import Iterable

from agents.safety import findings
from agents.surveys.notes import Notes
from agents.surveys.workflows import workflow_names
from agents.tools.git import git
from agents.tools.tool import Result

MAX_FILES = 300
COMMITS = 100
DOCUMENTS = ("*.md", "*.markdown", "*.rst", "*.adoc", "*.txt", ".cursorrules", "*.mdc")


async def in_documents(notes: Notes) -> None:
    """READMEs, documents, and files that are written for agents."""
    _look(notes, notes.tree.own(*DOCUMENTS))


async def in_pipelines(notes: Notes) -> None:
    """Workflows, container files and scripts of pipelines."""
    named = notes.tree.own("Dockerfile", "*.Dockerfile", "Makefile", ".gitlab-ci.yml")
    _look(notes, [*workflow_names(notes.tree), *named])


async def in_history(notes: Notes) -> None:
    """The latest commits' messages, and the names of branches and tags."""
    log = await git(notes.workplace, "log", f"--max-count={COMMITS}", "--format=%h %an%n%B")
    refs = await git(notes.workplace, "for-each-ref", "--format=%(refname:short)")
    for origin, text in (("commit messages", log.stdout), ("names of branches", refs.stdout)):
        if found := findings(origin, text):
            id = notes.keep("look_for_instructions", {"origin": origin}, Result(str(len(found))))
            notes.found(*(f.model_copy(update={"evidence": (id,)}) for f in found))


def _look(notes: Notes, names: Iterable[str]) -> None:
    names = list(names)[:MAX_FILES]
    texts = {name: text for name in names if (text := notes.tree.text(name))}
    found = [finding for name, text in texts.items() for finding in findings(name, text, name)]
    if not found:
        return
    told = "\n".join(f"{finding.path}:{finding.line}" for finding in found)
    id = notes.keep("look_for_instructions", {"files": len(texts)}, Result(told))
    notes.say(f"{len(found)} places speak to models; what they say is not followed", id)
    notes.found(*(f.model_copy(update={"evidence": (id,)}) for f in found))
