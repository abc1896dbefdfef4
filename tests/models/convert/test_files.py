"""The file that `convert` writes: whole or not there, and nothing else is touched."""

import fcntl
import json
import os
import resource
import shutil
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from models.convert import OutType, Placed, convert
from models.convert import part as part_of_a_file
from models.errors import ModelError
from models.header import check_header
from models.llama import Weights
from tests.models.convert.checkpoints import CASES, numbers, stored, write_checkpoint, write_tensors
from tests.models.convert.conftest import Written
from tests.models.convert.gguf_contents import contents


def test_what_was_made_is_told_and_llama_cpps_rules_hold(
    checkpoint: Written, tmp_path: Path
) -> None:
    seen: list[tuple[int, int]] = []
    tensors: list[Placed] = []
    made = convert(
        checkpoint("qwen3moe"),
        tmp_path / "out.gguf",
        on_progress=lambda done, total: seen.append((done, total)),
        on_tensor=tensors.append,
    )
    header = check_header(tmp_path / "out.gguf")
    assert made.size == header.size == (tmp_path / "out.gguf").stat().st_size
    assert made.tensors == len(header.tensors) == len(tensors)
    assert made.parameters == sum(np.prod(tensor.shape) for tensor in header.tensors)
    assert seen[-1][0] == seen[-1][1] == sum(tensor.size for tensor in tensors)
    assert [tensor.offset for tensor in tensors] == [tensor.offset for tensor in header.tensors]


def test_experts_are_stacked_in_their_order_and_come_as_gate_up_down(
    checkpoint: Written, tmp_path: Path
) -> None:
    tensors: list[Placed] = []
    convert(checkpoint("qwen3moe"), tmp_path / "out.gguf", on_tensor=tensors.append)
    stacked = [one.planned for one in tensors if one.planned.name.startswith("blk.1.ffn_")][2:]
    assert [planned.name.split("_")[1] for planned in stacked] == ["gate", "up", "down"]
    assert stacked[0].sources == tuple(
        f"model.layers.1.mlp.experts.{number}.gate_proj.weight" for number in range(8)
    )


@pytest.mark.parametrize("suffix", ["", ".weight"])
def test_experts_in_two_tensors_give_the_same_file_as_experts_apart(
    suffix: str, checkpoint: Written, tmp_path: Path
) -> None:
    folder = write_checkpoint(tmp_path / "tiny-qwen3moe", CASES["qwen3moe"])
    shapes = stored(CASES["qwen3moe"])["shapes"]
    tensors = {name: numbers(name, shape) for name, shape in shapes.items()}
    for layer in range(3):
        of = f"model.layers.{layer}.mlp.experts."
        each = {
            part: np.stack([tensors.pop(f"{of}{n}.{part}_proj.weight") for n in range(8)])
            for part in ("gate", "up", "down")
        }
        tensors[f"{of}gate_up_proj{suffix}"] = np.concatenate([each["gate"], each["up"]], axis=1)
        tensors[f"{of}down_proj{suffix}"] = each["down"]
    for path in folder.glob("model*"):
        path.unlink()
    write_tensors(folder, tensors, "BF16", 1)
    convert(folder, tmp_path / "fused.gguf")
    convert(checkpoint("qwen3moe"), tmp_path / "apart.gguf")
    assert (tmp_path / "fused.gguf").read_bytes() == (tmp_path / "apart.gguf").read_bytes()


@pytest.mark.parametrize(
    "renamed",
    [
        {"num_local_experts": "num_experts"},
        {"num_local_experts": "moe_num_experts", "num_experts_per_tok": "moe_top_k"},
        {"num_hidden_layers": "n_layers", "hidden_size": "n_embd"},
    ],
)
def test_sizes_are_known_under_each_of_their_names(
    renamed: dict[str, str], checkpoint: Written, tmp_path: Path
) -> None:
    config = {renamed.get(k, k): v for k, v in stored(CASES["qwen3moe"])["config"].items()}
    config |= dict.fromkeys(renamed)
    folder = write_checkpoint(tmp_path / "tiny-qwen3moe", CASES["qwen3moe"], config=config)
    convert(folder, tmp_path / "renamed.gguf")
    convert(checkpoint("qwen3moe"), tmp_path / "usual.gguf")
    assert (tmp_path / "renamed.gguf").read_bytes() == (tmp_path / "usual.gguf").read_bytes()


def test_the_rotation_may_stand_where_transformers_4_had_it(
    checkpoint: Written, tmp_path: Path
) -> None:
    new = stored(CASES["qwen3-yarn"])["config"]["rope_parameters"]
    scaling = {key: value for key, value in new.items() if key != "rope_theta"}
    scaling["type"] = scaling.pop("rope_type")
    old = {"rope_parameters": None, "rope_theta": new["rope_theta"], "rope_scaling": scaling}
    folder = write_checkpoint(tmp_path / "tiny-qwen3-yarn", CASES["qwen3-yarn"], config=old)
    convert(folder, tmp_path / "old.gguf", type=OutType.F32)
    assert contents(tmp_path / "old.gguf")[0] | {"general.file_type": None} == {
        **stored(CASES["qwen3-yarn"])["metadata"],
        "general.file_type": None,
    }


def test_a_tokenizer_in_parts_gives_the_same_file(checkpoint: Written, tmp_path: Path) -> None:
    folder = tmp_path / "tiny-qwen3"
    shutil.copytree(checkpoint("qwen3"), folder)
    whole = json.loads((folder / "tokenizer.json").read_text())
    added = {str(token["id"]): token for token in whole["added_tokens"]}
    config = json.loads((folder / "tokenizer_config.json").read_text())
    config |= {"added_tokens_decoder": added, "add_bos_token": False, "add_eos_token": False}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    (folder / "vocab.json").write_text(json.dumps(whole["model"]["vocab"]))
    lines = ["#version: 0.2", *(" ".join(merge) for merge in whole["model"]["merges"]), ""]
    (folder / "merges.txt").write_text("\n".join(lines))
    (folder / "tokenizer.json").unlink()
    convert(folder, tmp_path / "parts.gguf")
    convert(checkpoint("qwen3"), tmp_path / "whole.gguf")
    assert (tmp_path / "parts.gguf").read_bytes() == (tmp_path / "whole.gguf").read_bytes()


@pytest.mark.parametrize(
    "card",
    [
        "---\nlicense: [1, {a: 2}]\ntags: 5\nbase_model: {x: 1}\n---\n",
        "---\n{: broken\n---\n",
        "---",
    ],
)
def test_a_model_card_that_makes_no_sense_is_left_out(
    card: str, checkpoint: Written, tmp_path: Path
) -> None:
    folder = tmp_path / "tiny-qwen3"
    shutil.copytree(checkpoint("qwen3"), folder)
    (folder / "README.md").write_text(card)
    (folder / "generation_config.json").write_text('{"temperature": "hot", "top_k": [1]}')
    convert(folder, tmp_path / "out.gguf")
    assert check_header(tmp_path / "out.gguf").metadata["general.name"] == "Tiny Qwen3"


def test_a_licence_and_a_chat_template_of_its_own_are_taken_over(
    checkpoint: Written, tmp_path: Path
) -> None:
    folder = tmp_path / "tiny-qwen3"
    shutil.copytree(checkpoint("qwen3"), folder)
    (folder / "README.md").write_text("---\nlicense: apache-2.0\n---\n# A model\n")
    config = json.loads((folder / "tokenizer_config.json").read_text())
    (folder / "chat_template.jinja").write_text(config.pop("chat_template") + "{# own #}")
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    convert(folder, tmp_path / "out.gguf")
    metadata = check_header(tmp_path / "out.gguf").metadata
    assert metadata["general.license"] == "apache-2.0"
    assert str(metadata["tokenizer.chat_template"]).endswith("{# own #}")


def test_a_file_that_exists_is_replaced_only_when_that_is_asked_for(
    checkpoint: Written, tmp_path: Path
) -> None:
    file = tmp_path / "out.gguf"
    file.write_text("mine")
    with pytest.raises(ModelError, match=r"exists.*--force"):
        convert(checkpoint("qwen3"), file)
    assert file.read_text() == "mine"
    convert(checkpoint("qwen3"), file, force=True)
    check_header(file)


def test_an_interrupted_conversion_leaves_what_was_there_and_begins_anew(
    checkpoint: Written, tmp_path: Path
) -> None:
    file = tmp_path / "out.gguf"
    file.write_text("mine")

    def interrupt(done: int, _: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        convert(checkpoint("qwen3"), file, force=True, on_progress=interrupt)
    assert file.read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["out.gguf"]
    (tmp_path / "out.gguf.part").write_bytes(b"left by a process that was killed" * 10**5)
    convert(checkpoint("qwen3"), file, force=True)
    check_header(file)
    assert [path.name for path in tmp_path.iterdir()] == ["out.gguf"]


def test_two_conversions_do_not_write_the_same_file(checkpoint: Written, tmp_path: Path) -> None:
    part = tmp_path / "out.gguf.part"
    with part.open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(ModelError, match="another process writes"):
            convert(checkpoint("qwen3"), tmp_path / "out.gguf")
    assert part.exists()


def test_a_disk_without_room_is_noticed_before_anything_is_written(
    checkpoint: Written, tmp_path: Path
) -> None:
    free = shutil.disk_usage(tmp_path).free
    with (
        pytest.raises(ModelError, match="bytes free"),
        part_of_a_file.written_whole(tmp_path / "out.gguf", free * 2, force=False),
    ):
        raise AssertionError
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("room", [1000, 200_000])
def test_a_disk_that_fills_up_meanwhile_is_said_so(
    room: int, checkpoint: Written, tmp_path: Path
) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    folder = checkpoint("qwen3")
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        with pytest.raises(ModelError, match="cannot write") as raised:
            convert(folder, tmp_path / "out.gguf")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "make room" in raised.value.hint
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_written_is_said_so(checkpoint: Written, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is no folder"):
        convert(checkpoint("qwen3"), tmp_path / "nowhere" / "out.gguf")
    with pytest.raises(ModelError, match="is a folder"):
        convert(checkpoint("qwen3"), tmp_path)
    with pytest.raises(ModelError, match="is no file that could be replaced"):
        convert(checkpoint("qwen3"), Path(os.devnull), force=True)
    (tmp_path / "out.gguf.part").mkdir()
    with pytest.raises(ModelError, match="cannot write"):
        convert(checkpoint("qwen3"), tmp_path / "out.gguf")


def test_a_part_of_the_checkpoint_is_not_written_over(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "tiny-qwen3", CASES["qwen3"])
    with pytest.raises(ModelError, match="part of the checkpoint"):
        convert(folder, folder / "model.safetensors", force=True)
    convert(folder, folder / "out.gguf")


def test_files_are_read_piece_by_piece_whatever_the_pieces_are(
    checkpoint: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    convert(checkpoint("qwen3next"), tmp_path / "whole.gguf", type=OutType.Q8_0)
    monkeypatch.setattr("models.convert.copying.PIECE", 4096)
    convert(checkpoint("qwen3next"), tmp_path / "pieces.gguf", type=OutType.Q8_0)
    assert (tmp_path / "whole.gguf").read_bytes() == (tmp_path / "pieces.gguf").read_bytes()


def test_llama_cpp_cuts_text_as_the_checkpoints_own_tokenizer_does(
    checkpoint: Written, tmp_path: Path
) -> None:
    convert(checkpoint("qwen3"), tmp_path / "out.gguf")
    weights = Weights(tmp_path / "out.gguf", vocabulary_only=True)
    own = Tokenizer.from_file(str(checkpoint("qwen3") / "tokenizer.json"))
    for text in ("the thin and\n the  other", "<|im_start|>user\n<think>x", "Ünïcode 日本 12'll"):
        assert weights.tokenize(text, special=True) == own.encode(text).ids
    weights.close()
