"""A user message whose beginning outlives the request, so that a model computes it once.

The block is marked as chat models of the field mark it; ours keep what is computed up to there.
"""

from langchain_core.messages import HumanMessage


def told_after(stable: str, changing: str) -> HumanMessage:
    """One message: what is true of the repository, then what is asked of it."""
    return HumanMessage(
        [
            {"type": "text", "text": f"{stable}\n\n", "cache_control": {"type": "ephemeral"}},
            {"type": "text", "text": changing},
        ]
    )
