"""What we say to the model: Markdown files, and the one loader that renders them."""

from prompts.prompt import Prompt, render

__all__ = ["Prompt", "render"]
