#!/usr/bin/env python3
"""How far PEFT's own gradient norms in bfloat16 part from the float32 curve of a parity case.

Frozen weights and activations in bfloat16, adapters in float32, the batches and recipe of the case; the bounds of
TrainingParityTest.adaptersInBfloat16FollowTheFloat32Curve stand beside what this prints.

    venv/bin/python dev/bfloat16_noise.py [--device cuda] [--threads 2]        # needs torch, transformers, peft
"""
import argparse
import json
import pathlib
import statistics

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

CASES = ["lora-r8-rslora-all-qwen2", "lora-r8-rslora-all-llama-3.2", "lora-r8-rslora-all-gemma3-text", "lora-kl-qwen2"]
ROOT = pathlib.Path(__file__).resolve().parent.parent / "engine/src/test/resources/parity"

p = argparse.ArgumentParser()
p.add_argument("--device", default="cpu")
p.add_argument("--threads", type=int, default=1)
a = p.parse_args()
torch.set_num_threads(a.threads)


def batch(rows):
    width = max(len(row["input_ids"]) for row in rows)
    pad = lambda key, filler: torch.tensor([row[key] + [filler] * (width - len(row[key])) for row in rows], device=a.device)
    mask = torch.tensor([[1] * len(row["input_ids"]) + [0] * (width - len(row["input_ids"])) for row in rows], device=a.device)
    return pad("input_ids", 0), pad("labels", -100), mask


def log_probabilities(model, ids, labels, mask):
    """Of the unmasked labels' positions: (tokens, vocab), and the labels."""
    logits = model(input_ids=ids, attention_mask=mask).logits[:, :-1].float()
    kept = labels[:, 1:] != -100
    return torch.log_softmax(logits[kept], -1), labels[:, 1:][kept]


for name in CASES:
    case = ROOT / name
    curve = json.loads((case / "curve.json").read_text())
    steps = json.loads((case / "batches.json").read_text())["steps"]
    base = ROOT / curve["base"] / "model"
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.bfloat16, attn_implementation="eager").to(a.device)
    model = PeftModel.from_pretrained(model, case / "initial", is_trainable=True).to(a.device)
    trained = [q for q in model.parameters() if q.requires_grad]
    assert all(q.dtype == torch.float32 for q in trained)
    optimizer = torch.optim.AdamW(trained, lr=0, weight_decay=curve["weight_decay"], eps=curve["eps"])
    away = []
    for step, record in zip(steps, curve["records"]):
        for group in optimizer.param_groups:
            group["lr"] = record["lr"]
        optimizer.zero_grad()
        total = 0.0
        for rows in step["micro_batches"]:
            found, labels = log_probabilities(model, *batch(rows))
            loss = -found.gather(1, labels[:, None]).sum() / record["tokens"]
            total += loss.item()
            loss.backward()
        if "kl_batch" in step:
            parts = batch(step["kl_batch"])
            with torch.no_grad(), model.disable_adapter():
                reference, _ = log_probabilities(model, *parts)
            found, _ = log_probabilities(model, *parts)
            kl = (reference.exp() * (reference - found)).sum(-1).mean() * curve["kl_lambda"]
            total += kl.item()
            kl.backward()
        norm = torch.nn.utils.clip_grad_norm_(trained, curve["max_grad_norm"]).item()
        optimizer.step()
        away.append((abs(norm / record["grad_norm"] - 1), record["step"], abs(total - record["loss"])))
    worst = max(away)
    print(f"{name}: gradient norms part by {statistics.mean(x[0] for x in away):.2%} in the mean, {worst[0]:.2%} at most (step "
          f"{worst[1]}), losses by {max(x[2] for x in away):.4f} at most", flush=True)
