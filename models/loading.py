"""Where a model's weights and its KV memory go, and how they get there."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from models.whole_number import WholeNumber

KvType = Literal["f32", "f16", "bf16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0"]
"""Types that llama.cpp can keep keys and values in."""

MOST_LAYERS = 512
"""Of one model; `hyperparameters` refuses files that claim more."""
MOST_DEVICES = 16
"""What `llama_max_devices` answers."""

Layers = Annotated[WholeNumber, Field(ge=0, le=MOST_LAYERS)]
Share = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Loading(BaseModel):
    """The options of one load. The defaults let llama.cpp use every accelerator that it finds."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    gpu_layers: Layers | None = None
    """Layers that go to the accelerators, counted from the last one; None: all of them."""
    main_gpu: Annotated[WholeNumber, Field(ge=0, le=MOST_DEVICES - 1)] = 0
    """The accelerator that takes the whole model where it is not split."""
    split: Literal["none", "layer", "row"] = "layer"
    """How several accelerators share the model."""
    tensor_split: Annotated[tuple[Share, ...], Field(max_length=MOST_DEVICES)] = ()
    """Each accelerator's share, in any unit; empty: by their free memory."""
    devices: Annotated[tuple[str, ...], Field(max_length=MOST_DEVICES)] = ()
    """Names of the accelerators to use, as `cadre doctor` lists them; empty: all."""
    cpu_expert_layers: Layers = 0
    """So many layers, from the first on, keep their experts in the computer's own memory."""
    kv_type_k: KvType = "f16"
    """What keys are kept in."""
    kv_type_v: KvType = "f16"
    """What values are kept in; a quantised type needs flash attention."""
    flash_attention: bool | None = None
    """None: where the device can."""
    offload_kv: bool = True
    """Whether keys and values stand beside the layers that they belong to."""
    mmap: bool = True
    """Map the file instead of reading it, where the devices can."""
    mlock: bool = False
    """Keep the weights from being swapped out."""

    @field_validator("devices")
    @classmethod
    def _each_once(cls, devices: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(devices)) < len(devices):
            raise PydanticCustomError("repeated_device", "each device once")
        return devices

    @field_validator("flash_attention")
    @classmethod
    def _attends(cls, flash_attention: bool | None, info: ValidationInfo) -> bool | None:
        """llama.cpp keeps quantised values for flash attention only."""
        kv_type_v = info.data.get("kv_type_v", "f16")
        if flash_attention is False and kv_type_v.startswith("q"):
            raise PydanticCustomError(
                "quantised_values", "true, since kv_type_v is {type}", {"type": kv_type_v}
            )
        return flash_attention
