"""What a GGUF file says of itself, on this machine or behind a URL, and which rules it breaks."""

from models.inspection.finding import Finding
from models.inspection.inspect import inspect
from models.inspection.inspection import Inspection

__all__ = ["Finding", "Inspection", "inspect"]
