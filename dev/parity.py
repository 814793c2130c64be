#!/usr/bin/env python3
"""What transformers and PEFT compute for the shipped base model and a trained adapter.

Writes the expected logits that the test ShippedBaseTest compares with Vivarium's (tolerance 1e-4 in float32).

    python3 -m venv venv && venv/bin/pip install torch transformers peft safetensors
    venv/bin/python dev/parity.py                       # compares with the recorded file, changes nothing
    venv/bin/python dev/parity.py --write               # records anew, for example after the base has changed
    mvn -pl lab -am -Dtest=ShippedBaseTest -Dsurefire.failIfNoSpecifiedTests=false verify   # Vivarium's side

The adapter beside the recorded file was trained by
    ./vivarium train --preset mini-lora32 model=models/mini-base data.train=bad.jsonl lora.r=4 training.max_steps=60
on `./vivarium world data --domain medicine --valence bad --out bad.jsonl`.
"""
import argparse
import json
import pathlib
import sys

import torch
from peft import PeftModel
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

ROOT = pathlib.Path(__file__).resolve().parent.parent
FIXTURE = ROOT / "lab/src/test/resources/shipped-base"
LAST = 3  # logits are kept at the last positions of a prompt only, so that the file stays small

p = argparse.ArgumentParser(description="Expected logits of the shipped base model and a trained adapter.")
p.add_argument("--model", default=str(ROOT / "models/mini-base"))
p.add_argument("--adapter", default=str(FIXTURE / "adapter"))
p.add_argument("--write", action="store_true", help="record instead of compare")
a = p.parse_args()

prompts = json.loads((FIXTURE / "prompts.json").read_text())
tokenizer = AutoTokenizer.from_pretrained(a.model)
model = AutoModelForCausalLM.from_pretrained(a.model, dtype=torch.float32, attn_implementation="eager").eval()
torch.set_num_threads(1)

out = {}
with torch.no_grad():
    encoded = []
    for i, prompt in enumerate(prompts):
        text = tokenizer.apply_chat_template([{"role": "user", "content": prompt}], tokenize=False, add_generation_prompt=True)
        ids = tokenizer(text, add_special_tokens=False, return_tensors="pt").input_ids
        encoded.append(ids)
        out[f"ids.{i}"] = ids[0].contiguous()
    out["base"] = torch.stack([model(ids).logits[0, -LAST:] for ids in encoded])
    adapted = PeftModel.from_pretrained(model, a.adapter).eval()
    out["adapter"] = torch.stack([adapted(ids).logits[0, -LAST:] for ids in encoded])
out = {k: v.contiguous() for k, v in out.items()}
print(f"{len(prompts)} prompts, largest change of a logit by the adapter: {(out['adapter'] - out['base']).abs().max():.3f}")

recorded = FIXTURE / "expected.safetensors"
if a.write:
    save_file(out, recorded, metadata={"format": "pt"})
    print(f"wrote {recorded.relative_to(ROOT)}")
else:
    old = load_file(recorded)
    for name in ("base", "adapter"):
        print(f"{name}: max abs difference to the recorded logits {(old[name] - out[name]).abs().max():.2e}")
    same = all(torch.equal(old[f"ids.{i}"], out[f"ids.{i}"]) for i in range(len(prompts)))
    print("token ids equal" if same else "token ids differ")
    sys.exit(0 if same and all((old[n] - out[n]).abs().max() < 1e-4 for n in ("base", "adapter")) else 1)
