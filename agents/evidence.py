"""One tool call and what it returned: what every claim in a report stands on."""

from pydantic import JsonValue

from agents.word import Word


class Evidence(Word):
    """A tool call that has run. Append-only, and never changed once it is kept."""

    id: str
    """Stable: the task's id, a dot, and a number that counts up within the task, such as `t2.3`."""
    tool: str
    """The tool's name, such as `read_file` or `zizmor`."""
    arguments: dict[str, JsonValue]
    """What the tool was called with."""
    exit_code: int = 0
    """The command's exit code; for tools that run no command 0 is success and 1 failure."""
    seconds: float = 0.0
    """How long the call took."""
    excerpt: str = ""
    """What came back, clipped to the tool's budget, with the cut said in the text."""
