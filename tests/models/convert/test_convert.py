"""What `convert` writes is what llama.cpp's own converter writes, tensor by tensor, key by key.

The converter's output is stored as hashes; see `scripts/make_reference.py`.
"""

from pathlib import Path

import pytest

from models.convert import OutType, convert
from tests.models.convert.checkpoints import CASES, stored
from tests.models.convert.conftest import Written
from tests.models.convert.gguf_contents import contents

FILE_TYPES = {OutType.F32: 0, OutType.F16: 1, OutType.BF16: 32, OutType.Q8_0: 7}


@pytest.mark.parametrize("type", OutType)
@pytest.mark.parametrize("name", CASES)
def test_tensors_and_metadata_are_those_of_llama_cpps_converter(
    name: str, type: OutType, checkpoint: Written, tmp_path: Path
) -> None:
    convert(checkpoint(name), tmp_path / "out.gguf", type=type)
    metadata, tensors = contents(tmp_path / "out.gguf")
    about = stored(CASES[name])
    assert tensors == about["converted"][type]
    assert metadata.pop("general.file_type") == [[4], FILE_TYPES[type]]
    assert metadata == about["metadata"]
