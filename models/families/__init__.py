"""One small adapter for each family of models; nothing outside knows tags or token numbers."""

from models.families.choose import family_of
from models.families.family import Family, Prompt

__all__ = ["Family", "Prompt", "family_of"]
