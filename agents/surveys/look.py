"""The one door to all surveys."""

from collections.abc import Mapping

from agents.request import Request
from agents.role import Role
from agents.surveys import ci_cd, development, documentation, github, testing
from agents.surveys.everyday import the_change, the_changelog, the_commit
from agents.surveys.instructions import in_documents, in_history, in_pipelines
from agents.surveys.ledger import Ledger
from agents.surveys.notes import Notes, Part
from agents.surveys.survey import Survey
from agents.tools.tool import Result
from agents.tools.tree import tree_of
from agents.tools.workplace import Workplace

PARTS: Mapping[Role, tuple[Part, ...]] = {
    Role.COORDINATOR: (),
    Role.DEVELOPMENT: development.PARTS,
    Role.TESTING: testing.PARTS,
    Role.CI_CD: (*ci_cd.PARTS, in_pipelines),
    Role.GITHUB: (*github.PARTS, in_history),
    Role.DOCUMENTATION: (*documentation.PARTS, in_documents),
}

RECIPES: Mapping[str, tuple[Part, ...]] = {
    "review": (the_change,),
    "commit": (the_commit,),
    "changelog": (the_changelog,),
}
"""What a recipe looks at before its specialists do as they always do."""


async def survey(
    role: Role, workplace: Workplace, ledger: Ledger, request: Request | None = None
) -> Survey:
    """Look at the repository as the role would, with an eye on the request. Never raises for what a
    repository holds."""
    try:
        tree = await tree_of(workplace)
    except OSError as error:
        kept = ledger.keep("git", {"command": "ls-files"}, Result(str(error), exit_code=1))
        why = str(error).partition("\n")[0]
        facts = f"- git cannot list the repository's files: {why} [{kept.id}]"
        return Survey(facts=facts, evidence=(kept,))
    notes = Notes(tree, ledger, request)
    for part in (*RECIPES.get(request.recipe if request else "", ()), *PARTS[role]):
        await take(part, notes)
    return notes.survey()


async def take(part: Part, notes: Notes) -> None:
    """Run a part; like a tool that fails, a part that fails is evidence."""
    name = part.__name__.strip("_")
    try:
        await part(notes)
    except Exception as error:  # noqa: BLE001 - the tool boundary: it becomes evidence
        text = f"{type(error).__name__}: {error}"
        notes.say(f"{name} could not be looked at: {text}", notes.keep(name, {}, Result(text, 1)))
