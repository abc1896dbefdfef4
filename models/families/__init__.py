"""One small adapter for each family of models; nothing outside knows tags or token numbers."""

from models.families.choose import NAMES, family_for, family_of
from models.families.family import Family, Prompt

__all__ = ["NAMES", "Family", "Prompt", "family_for", "family_of"]
