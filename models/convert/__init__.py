"""Hugging Face checkpoints of Qwen3, Qwen3-MoE and Qwen3-Next become GGUF files, and smaller ones.

Tensors and metadata are those of llama.cpp's own converter, byte for byte; no torch is needed.
"""

from models.convert.architecture import SUPPORTED
from models.convert.convert import Converted, convert
from models.convert.numbers import OutType
from models.convert.placed import Placed
from models.convert.quantize import Quantized, nearest_type, quantize

__all__ = [
    "SUPPORTED",
    "Converted",
    "OutType",
    "Placed",
    "Quantized",
    "convert",
    "nearest_type",
    "quantize",
]
