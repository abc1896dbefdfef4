"""What the everyday tasks look at first: a review's change, a commit's message, a changelog."""

from agents.history import changelog, check_message, learned, staged, suggest
from agents.history.markdown import changelog_text
from agents.safety import shown, wrap
from agents.surveys.notes import Notes
from agents.surveys.survey import Proposal
from agents.tools.excerpt import clip
from agents.tools.history import GIT_DIFF, GitDiff
from agents.tools.tool import Result

DIFF_CHARS = 3000
"""What of a change every specialist sees at once; the rest can be asked for."""


async def the_change(notes: Notes) -> None:
    """The diff itself, as evidence and in words."""
    scope = notes.scope
    if scope is None:
        return
    result = await GIT_DIFF.call(notes.workplace, GitDiff(revision=scope.base))
    id = notes.keep("git_diff", {"revision": scope.base}, result)
    names = ", ".join(scope.paths[:8]) + (" …" if len(scope.paths) > 8 else "")
    notes.say(f"The change against {scope.base} touches {len(scope.paths)} files: {names}", id)
    notes.quote(wrap("the change", clip(shown(result.text), DIFF_CHARS)))


async def the_commit(notes: Notes) -> None:
    """What is staged, and a message for it that keeps to the repository's style."""
    index = await staged(notes.workplace)
    if not index.files:
        notes.say("Nothing is staged; stage something first with: git add")
        return
    convention = await learned(notes.workplace)
    message = suggest(index, convention)
    id = notes.keep("staged", {}, Result("\n".join(str(file) for file in index.files)))
    notes.say(f"{len(index.files)} files are staged", id)
    faults = check_message(message, convention)
    fault = f" ({faults[0]})" if faults else ""
    notes.say(f"A message that fits: {message.splitlines()[0]}{fault}")
    notes.propose(
        Proposal(tool="git_commit", arguments={"message": message}, why="commit what is staged")
    )


async def the_changelog(notes: Notes) -> None:
    """The changelog of the range, written from the commits alone."""
    asked = notes.request.revisions if notes.request else ""
    made = await changelog(notes.workplace, asked)
    text = changelog_text(made)
    id = notes.keep("changelog", {"range": asked}, Result(text))
    notes.say(
        f"The changelog of {len(made.commits)} commits is written; the user sees it whole", id
    )
    notes.make(text)
