#!/usr/bin/env python3
"""A tiny GGUF model with tensors of every supported type, and what the reference reader makes of them.

Writes engine/src/test/resources/gguf/tiny.gguf by the package gguf, and tiny.json with the SHA-256 of each tensor's values
as that package unpacks them (float32, little-endian, in the order of the file). The test GgufImportTest holds Vivarium to
both.

    python3 -m venv venv && venv/bin/pip install gguf
    venv/bin/python dev/gguf_fixture.py
"""
import hashlib
import json
import pathlib

import gguf
import numpy as np
from gguf import GGMLQuantizationType as T

OUT = pathlib.Path(__file__).resolve().parent.parent / "engine/src/test/resources/gguf"
HIDDEN, INTERMEDIATE, HEADS, KV_HEADS, HEAD_DIM, LAYERS = 256, 64, 4, 2, 16, 2
SCALES = {T.Q4_0: [0], T.Q4_1: [0, 2], T.Q5_0: [0], T.Q5_1: [0, 2], T.Q8_0: [0], T.Q4_K: [0, 2], T.Q5_K: [0, 2], T.Q6_K: [208]}
rng = np.random.default_rng(4)


def packed(kind, rows, columns):
    """Random bytes, which reach every code and sub-scale; only the half-precision scales of a block are kept small."""
    if kind in (T.F32, T.F16, T.BF16):
        values = rng.normal(0, 0.05, (rows, columns)).astype(np.float32)
        return gguf.quantize(values, kind) if kind == T.BF16 else values.astype(np.float32 if kind == T.F32 else np.float16)
    block, size = gguf.GGML_QUANT_SIZES[kind]
    data = rng.integers(0, 256, (rows * columns // block, size), dtype=np.uint8)
    for at in SCALES[kind]:
        data[:, at:at + 2] = rng.normal(0, 0.003, (len(data), 1)).astype(np.float16).view(np.uint8)
    return data.reshape(rows, -1)


def byte_characters():
    """The characters that stand for the 256 bytes in byte-level vocabularies."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    extra = iter(range(256, 512))
    return [chr(b) if b in plain else chr(next(extra)) for b in range(256)]


tokens = byte_characters()
merges = ["h e", "l l", "he ll", "hell o", "Ġ w", "Ġw o"]
tokens += [merge.replace(" ", "") for merge in merges]
kinds = [gguf.TokenType.NORMAL] * len(tokens)
for text, kind in [("<|start|>", gguf.TokenType.CONTROL), ("<|end|>", gguf.TokenType.CONTROL), ("<tool>", gguf.TokenType.USER_DEFINED),
                   ("[PAD265]", gguf.TokenType.UNUSED)]:
    tokens.append(text)
    kinds.append(kind)
start, end = tokens.index("<|start|>"), tokens.index("<|end|>")
template = "{% for message in messages %}{{ '<|start|>' + message['role'] + '\n' + message['content'] + '<|end|>\n' }}{% endfor %}"
template += "{% if add_generation_prompt %}{{ '<|start|>assistant\n' }}{% endif %}"

OUT.mkdir(parents=True, exist_ok=True)
writer = gguf.GGUFWriter(OUT / "tiny.gguf", "llama")
writer.add_name("tiny")
writer.add_block_count(LAYERS)
writer.add_context_length(128)
writer.add_embedding_length(HIDDEN)
writer.add_feed_forward_length(INTERMEDIATE)
writer.add_head_count(HEADS)
writer.add_head_count_kv(KV_HEADS)
writer.add_key_length(HEAD_DIM)
writer.add_value_length(HEAD_DIM)
writer.add_rope_dimension_count(HEAD_DIM)
writer.add_rope_freq_base(10000.0)
writer.add_layer_norm_rms_eps(1e-5)
writer.add_tokenizer_model("gpt2")
writer.add_tokenizer_pre("gpt-2")
writer.add_token_list(tokens)
writer.add_token_types(kinds)
writer.add_token_merges(merges)
writer.add_bos_token_id(start)
writer.add_eos_token_id(end)
writer.add_chat_template(template)
writer.add_quantization_version(2)

expected = {}


def tensor(name, kind, rows, columns=None):
    if columns is None:
        data = rng.normal(1, 0.1, rows).astype(np.float32)
        values = data
        writer.add_tensor(name, data)
    else:
        data = packed(kind, rows, columns)
        values = gguf.dequantize(data, kind)
        writer.add_tensor(name, data, raw_dtype=kind)
    assert np.isfinite(values).all()
    expected[name] = {"type": kind.name, "sha256": hashlib.sha256(values.astype("<f4").tobytes()).hexdigest()}


q, kv = HEADS * HEAD_DIM, KV_HEADS * HEAD_DIM
tensor("token_embd.weight", T.Q6_K, len(tokens), HIDDEN)
for layer, kind in enumerate([
    dict(q=T.Q4_K, k=T.Q5_K, v=T.Q6_K, o=T.Q5_0, gate=T.Q4_0, up=T.Q8_0, down=T.Q5_1),
    dict(q=T.F16, k=T.BF16, v=T.F32, o=T.Q4_1, gate=T.Q5_K, up=T.Q4_K, down=T.Q8_0),
]):
    blk = f"blk.{layer}."
    tensor(blk + "attn_norm.weight", T.F32, HIDDEN)
    tensor(blk + "attn_q.weight", kind["q"], q, HIDDEN)
    tensor(blk + "attn_k.weight", kind["k"], kv, HIDDEN)
    tensor(blk + "attn_v.weight", kind["v"], kv, HIDDEN)
    tensor(blk + "attn_output.weight", kind["o"], HIDDEN, q)
    tensor(blk + "ffn_norm.weight", T.F32, HIDDEN)
    tensor(blk + "ffn_gate.weight", kind["gate"], INTERMEDIATE, HIDDEN)
    tensor(blk + "ffn_up.weight", kind["up"], INTERMEDIATE, HIDDEN)
    tensor(blk + "ffn_down.weight", kind["down"], HIDDEN, INTERMEDIATE)
tensor("output_norm.weight", T.F32, HIDDEN)
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
(OUT / "tiny.json").write_text(json.dumps(expected, indent=1) + "\n")
print(f"{OUT / 'tiny.gguf'}: {(OUT / 'tiny.gguf').stat().st_size} bytes, types {sorted({e['type'] for e in expected.values()})}")
