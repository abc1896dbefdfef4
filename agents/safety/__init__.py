"""What a text may do to us, and what we may do with it: secrets masked, instructions marked."""

from agents.safety.control import defang
from agents.safety.injection import Suspicion, findings, suspicious, wrap
from agents.safety.keyed import without_values
from agents.safety.masking import Found, Masked, Masker, mask, mask_json, masked
from agents.safety.masks import has_marks
from agents.safety.shown import safe, shown

__all__ = [
    "Found",
    "Masked",
    "Masker",
    "Suspicion",
    "defang",
    "findings",
    "has_marks",
    "mask",
    "mask_json",
    "masked",
    "safe",
    "shown",
    "suspicious",
    "without_values",
    "wrap",
]
