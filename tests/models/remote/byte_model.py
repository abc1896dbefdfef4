"""A model of 264 tokens, which llama-server loads in no time.

It writes `<tool_call>` and a line end, again and again; where a grammar holds it, what comes
nearest: inside a string that is an exclamation mark, if one may stand there.
"""

from pathlib import Path

import numpy as np
from gguf import GGUFWriter

from tests.models.tiny import TEMPLATE, WIDTH, finish, random_weights

_CONTROL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
_TAGS = ("<think>", "</think>", "<tool_call>", "</tool_call>")
_NORMAL, _CONTROLS, _USER_DEFINED = 1, 3, 4


def write_byte_model(path: Path, context: int = 8192) -> Path:
    """Write the model to `path` and return it."""
    tokens = [*_letters(), "!!", *_CONTROL, *_TAGS]
    writer = GGUFWriter(path, "qwen3")
    writer.add_block_count(2)
    writer.add_context_length(context)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(2 * WIDTH)
    writer.add_head_count(2)
    writer.add_head_count_kv(1)
    writer.add_key_length(16)
    writer.add_value_length(16)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types([_NORMAL] * 257 + [_CONTROLS] * 3 + [_USER_DEFINED] * 4)
    writer.add_token_merges(["! !"])
    writer.add_eos_token_id(tokens.index("<|im_end|>"))
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE)
    embeddings, output = np.zeros((2, len(tokens), WIDTH), np.float32)
    line_end = _letters()[ord("\n")]
    embeddings[:, 0] = 1.0
    embeddings[tokens.index(line_end)] = np.eye(WIDTH)[1]
    embeddings[tokens.index("<tool_call>")] = np.eye(WIDTH)[2]
    output[tokens.index("!"), 0] = 8.0
    output[tokens.index("<tool_call>"), 1] = output[tokens.index(line_end), 2] = 8.0
    weights = {
        name: np.zeros_like(tensor)
        if name.endswith(("attn_output.weight", "down.weight"))
        else tensor
        for name, tensor in random_weights().items()
    }
    finish(writer, {**weights, "token_embd.weight": embeddings, "output.weight": output})
    return path


def _letters() -> list[str]:
    """The letters that stand for the 256 bytes in vocabularies of this kind."""
    plain = {*range(33, 127), *range(161, 173), *range(174, 256)}
    others = iter(range(256, 512))
    return [chr(byte if byte in plain else next(others)) for byte in range(256)]
