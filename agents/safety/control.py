"""The words with which chat templates part roles, thoughts and tool calls.

In a repository's text they are only characters; a template that does not guard would take them for
its own. `defang` leaves them readable and takes their power.
"""

import re

CONTROL = re.compile(
    r"<[|｜][^<>|｜\s]{1,40}(?: [^<>|｜\s]{1,20}){0,3}[|｜]>"
    r"|</?\s?(?:think|thinking|tool_call|tool_calls|tool_response|tool_result|tool_results|tools"
    r"|function_calls?|function_results|invoke|parameter|start_of_turn|end_of_turn|bos|eos)"
    r"(?:[ =][^<>\n]{0,80})?\s?/?>"
    r"|<(?:function|parameter)=[^<>\n]{1,80}>|</function>"
    r"|\[/?(?:INST|TOOL_CALLS|AVAILABLE_TOOLS|TOOL_RESULTS|SYSTEM_PROMPT)\]|<</?SYS>>",
    re.IGNORECASE,
)
"""A control word of the chat templates in use; not `<s>`, which is HTML too."""

_HARMLESS = str.maketrans({"<": "‹", ">": "›", "[": "⟦", "]": "⟧"})


def defang(text: str) -> str:
    """The text with control words that no template and no tokenizer knows any more."""
    return CONTROL.sub(lambda match: match.group().translate(_HARMLESS), text)
