"""What a mixture of experts does with its experts: counted, kept, compared, and what follows."""

from models.heat.counting import ANSWER, count_experts, experts_in
from models.heat.kept import Kept, add, kept_file, load, save
from models.heat.overlap import Overlap, overlaps
from models.heat.placement import LayerPlacement, Placement, hint
from models.heat.prompts import standard_prompts
from models.heat.recording import recorded
from models.heat.use import LayerUse, layers_of, means

__all__ = [
    "ANSWER",
    "Kept",
    "LayerPlacement",
    "LayerUse",
    "Overlap",
    "Placement",
    "add",
    "count_experts",
    "experts_in",
    "hint",
    "kept_file",
    "layers_of",
    "load",
    "means",
    "overlaps",
    "recorded",
    "save",
    "standard_prompts",
]
