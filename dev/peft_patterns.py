#!/usr/bin/env python3
"""Makes the adapters of engine/src/test/resources/adapter: PEFT LoRAs whose rank and alpha differ by module, and their logits.

    python3 -m venv venv && venv/bin/pip install torch transformers peft safetensors pillow torchvision
    venv/bin/python dev/peft_patterns.py
"""
import pathlib

import torch
import transformers as hf
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file

RESOURCES = pathlib.Path(__file__).parent.parent / "engine/src/test/resources"
CASES = {
    # the first pattern that fits counts; a whole name, a name's end, an alternative, an anchored name
    "qwen2": dict(r=4, lora_alpha=8, use_rslora=True, target_modules=["q_proj", "o_proj", "down_proj"],
                  rank_pattern={"layers.0.self_attn.q_proj": 2, "q_proj": 3, "^model.layers.1.mlp.down_proj": 1},
                  alpha_pattern={"(o_proj|down_proj)": 5, r".*\.0\.self_attn\.o_proj": 100}),
    "gemma3-multimodal": dict(r=2, lora_alpha=3, target_modules=["v_proj", "up_proj"], exclude_modules=".*vision_tower.*",
                              rank_pattern={r"language_model\.layers\.1\.self_attn\.v_proj": 5},
                              alpha_pattern={"layers.0.mlp.up_proj": 7.5}),
    "qwen2-layers": dict(r=3, lora_alpha=16, target_modules=["v_proj", "mlp.gate_proj"], layers_to_transform=[0, 2],
                         layers_pattern=["h", "layers"], rank_pattern={"self_attn.v_proj": 1},
                         alpha_pattern={r".*\.0\..*": 5, "lm_head": 9}),
}

for name, settings in CASES.items():
    base = name.removesuffix("-layers")
    cls = hf.Gemma3ForConditionalGeneration if base == "gemma3-multimodal" else hf.AutoModelForCausalLM
    model = cls.from_pretrained(RESOURCES / "parity" / base / "model", dtype=torch.float32, attn_implementation="eager")
    model = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", **settings)).eval()
    g = torch.Generator().manual_seed(7)
    for parameter, value in model.named_parameters():
        if "lora_" in parameter:
            value.data = 0.05 * torch.randn(value.shape, generator=g)
    out = RESOURCES / "adapter" / name
    model.peft_config["default"].base_model_name_or_path = base
    model.save_pretrained(out)
    (out / "README.md").unlink(missing_ok=True)
    ids = torch.arange(5, 29).reshape(2, 12)
    with torch.no_grad():
        logits = model(input_ids=ids, use_cache=False).logits
        with model.disable_adapter():
            plain = model(input_ids=ids, use_cache=False).logits
    print(name, "moves logits by up to", (logits - plain).abs().max().item())
    save_file({"input_ids": ids, "logits": logits.contiguous()}, out / "expected.safetensors")
