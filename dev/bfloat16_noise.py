#!/usr/bin/env python3
"""How far PEFT's own gradient norms in bfloat16 part from the float32 curve of a parity case.

Frozen weights and activations in bfloat16, adapters in float32, the batches and recipe of the case: the peer of
TrainingParityTest.adaptersInBfloat16FollowTheFloat32Curve.

    venv/bin/python dev/bfloat16_noise.py [--device cuda] [--threads 2]        # needs torch, transformers, peft
"""
import argparse
import json
import pathlib
import statistics

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

from parity_training import steps_of

CASES = ["lora-r8-rslora-all-qwen2", "lora-r8-rslora-all-llama-3.2", "lora-r8-rslora-all-gemma3-text", "lora-kl-qwen2"]
ROOT = pathlib.Path(__file__).resolve().parent.parent / "engine/src/test/resources/parity"

p = argparse.ArgumentParser(description="PEFT in bfloat16 beside the float32 curves of parity cases.")
p.add_argument("--device", default="cpu")
p.add_argument("--threads", type=int, default=1)
a = p.parse_args()
torch.set_num_threads(a.threads)

for name in CASES:
    case = ROOT / name
    curve = json.loads((case / "curve.json").read_text())
    batches = json.loads((case / "batches.json").read_text())["steps"]
    base = AutoModelForCausalLM.from_pretrained(
        ROOT / curve["base"] / "model", dtype=torch.bfloat16, attn_implementation="eager")
    model = PeftModel.from_pretrained(base, case / "initial", is_trainable=True).to(a.device).eval()
    trained = {n: w for n, w in model.named_parameters() if w.requires_grad}
    assert all(w.dtype == torch.float32 for w in trained.values())
    wanted = curve["records"]
    records, _ = steps_of(model, batches, trained, curve.get("kl_lambda"), [record["lr"] for record in wanted])
    away = [abs(own["grad_norm"] / record["grad_norm"] - 1) for own, record in zip(records, wanted)]
    losses = [abs(own["loss"] - record["loss"]) for own, record in zip(records, wanted)]
    print(f"{name}: gradient norms part by {statistics.mean(away):.2%} in the mean, {max(away):.2%} at most (step "
          f"{1 + away.index(max(away))}), losses by {max(losses):.4f} at most", flush=True)
