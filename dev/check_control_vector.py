#!/usr/bin/env python3
"""Reads an exported control vector with the gguf package, as llama.cpp's own tools do, and compares it with the direction.

    python3 -m venv venv && venv/bin/pip install gguf safetensors
    vivarium direction export own.safetensors --format gguf --out own.gguf
    venv/bin/python dev/check_control_vector.py own.safetensors own.gguf
"""
import argparse
import json

import numpy
from gguf import GGUFReader
from safetensors import safe_open

p = argparse.ArgumentParser(description="Check a control vector against the direction it was made from.")
p.add_argument("direction", help="a direction of vivarium direction extract")
p.add_argument("gguf", help="what vivarium direction export --format gguf wrote of it")
a = p.parse_args()


def require(what, found, expected):
    if found != expected:
        raise SystemExit(f"{what}: {found} is not {expected}")
    print(f"{what}: {found}")


reader = GGUFReader(a.gguf)
fields = {name: field.contents() for name, field in reader.fields.items()}
require("architecture", fields["general.architecture"], "controlvector")
with safe_open(a.direction, "numpy") as file:
    settings = json.loads(file.metadata()["origin"])["settings"]
    vectors = {int(name.split(".")[1]): file.get_tensor(name) for name in file.keys()}
if "model_type" in settings:
    require("model hint", fields["controlvector.model_hint"], settings["model_type"])
layers = {int(tensor.name.removeprefix("direction.")): tensor for tensor in reader.tensors}
require("tensors", len(layers), fields["controlvector.layer_count"])
if 0 in layers or not layers or not set(layers) <= set(vectors):
    raise SystemExit(f"layers {sorted(layers)} are not some of {sorted(vectors)} after 0")
for layer, tensor in sorted(layers.items()):
    require(f"layer {layer}: type", tensor.tensor_type.name, "F32")
    if not numpy.array_equal(numpy.asarray(tensor.data).reshape(-1), vectors[layer]):
        raise SystemExit(f"layer {layer}: its values are not the direction's")
print(f"layers {sorted(layers)}: values equal bit for bit")
left = sorted(set(vectors) - set(layers))
if left:
    print(f"not in the control vector: layers {left}")
