"""A copy of a GGUF file with all its weights as F32.

Products of quantized weights quantize what they are multiplied with, too, so that the least
difference in rounding grows until another token is the likeliest: llama-server then does not say
twice the same itself, with its cache and without. On F32 weights it does.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from gguf import GGUFReader, GGUFWriter, dequantize

_FILE_TYPE = "general.file_type"
_OURS = ("GGUF.", "general.architecture")
"""Fields that the writer writes by itself."""


def write(source: Path, target: Path) -> Path:
    """Write the copy of `source` to `target` and return it."""
    reader = GGUFReader(source)
    writer = GGUFWriter(target, reader.fields["general.architecture"].contents())
    for name, field in reader.fields.items():
        if not name.startswith(_OURS):
            value = 0 if name == _FILE_TYPE else field.contents()
            writer.add_key_value(name, value, *field.types[:2])
    for tensor in reader.tensors:
        weights = dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        writer.add_tensor(tensor.name, weights.reshape(tensor.shape[::-1].tolist()))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return target


def size(source: Path) -> int:
    """Bytes of the copy's weights."""
    return 4 * sum(int(tensor.n_elements) for tensor in GGUFReader(source).tensors)
