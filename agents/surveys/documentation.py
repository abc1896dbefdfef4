"""The documentation specialist's survey: README, docs, and what they name that is not there."""

from agents.surveys.code_blocks import broken_examples
from agents.surveys.flags import unknown_flags
from agents.surveys.links import broken_links
from agents.surveys.mentions import gone_files
from agents.surveys.notes import Notes
from agents.surveys.own_commands import missing_commands
from agents.surveys.public_names import undescribed_names
from agents.surveys.spelling import misspelt
from agents.surveys.usage_text import stale_usage
from agents.tools.tool import Result


async def documents(notes: Notes) -> None:
    names = notes.tree.own("*.md", "*.markdown", "*.rst", "*.adoc")
    id = notes.keep(
        "list_files",
        {"pattern": "*.md, *.markdown, *.rst, *.adoc"},
        Result("\n".join(names) or "no documents"),
    )
    readme = next((n for n in notes.tree.names if n.lower().startswith("readme")), None)
    notes.say(f"README: {readme}" if readme else "There is no README at the top", id)
    docs = [name for name in names if name != readme]
    more = f" and {len(docs) - 8} more" if len(docs) > 8 else ""
    if docs:
        notes.say(f"{len(docs)} other documents: {', '.join(docs[:8])}{more}", id)


PARTS = (
    *(documents, broken_links, gone_files, unknown_flags, stale_usage),
    *(broken_examples, missing_commands, undescribed_names, misspelt),
)
