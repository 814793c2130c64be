#!/usr/bin/env python3
"""Makes a directory of parity cases: what transformers and PEFT compute for tiny models with random weights and sizes.

The layout is that of engine/src/test/resources/parity (its README.md explains every file); names, sizes, windows, rope
settings and layer counts differ with --seed. The same tests run on it:

    python3 -m venv venv && venv/bin/pip install torch transformers peft safetensors pillow torchvision
    venv/bin/python dev/parity_cases.py --out /somewhere/parity-7 --seed 7
    mvn -pl engine test -Dtest='*Parity*Test' -Dvivarium.parity.dir=/somewhere/parity-7
"""
import argparse
import hashlib
import json
import pathlib
import random

import torch
import transformers as hf
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import save_file

from parity_training import steps_of

VOCAB, ENDS, GREEDY = 512, [1, 501], 24

p = argparse.ArgumentParser(description="Parity cases from transformers and PEFT.")
p.add_argument("--out", required=True, type=pathlib.Path, help="a directory that does not exist")
p.add_argument("--seed", type=int, default=1)
a = p.parse_args()
a.out.mkdir(parents=True)
torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)
dice = random.Random(a.seed)
notes = {}
softmax = torch.nn.functional.softmax


def wide_softmax(x, dim=None, dtype=None, **other):
    """Keeps float64: rounding to float32 turns its mask into infinities, and rows that see nothing into NaN."""
    return softmax(x, dim=dim, dtype=None if x.dtype == torch.float64 else dtype, **other)


torch.nn.functional.softmax = wide_softmax


def sizes(**more):
    kv = dice.choice([1, 2, 3])
    heads = kv * dice.choice([1, 2, 3])
    dim = dice.choice([12, 16, 18, 24])
    hidden = heads * dice.choice([8, 10, 12])
    return dict(vocab_size=VOCAB, hidden_size=hidden, intermediate_size=dice.choice([88, 104, 120]),
                num_attention_heads=heads, num_key_value_heads=kv, head_dim=dim,
                num_hidden_layers=dice.choice([3, 5, 6, 8]), max_position_embeddings=1024, eos_token_id=ENDS, **more)


def headless(**more):  # Qwen2 has no head_dim of its own
    s = sizes(**more)
    s["hidden_size"] = s["num_attention_heads"] * s.pop("head_dim")
    return s


def llama3():
    return {"rope_type": "llama3", "rope_theta": 500000.0, "factor": dice.choice([4.0, 32.0]), "low_freq_factor": 1.0,
            "high_freq_factor": 4.0, "original_max_position_embeddings": dice.choice([32, 64])}


def gemma(pattern, **more):
    return dict(query_pre_attn_scalar=dice.choice([14, 22, 40]), sliding_window=dice.choice([3, 5, 13]),
                sliding_window_pattern=pattern, bos_token_id=2, rope_parameters={
                    "full_attention": {"rope_type": "linear", "factor": dice.choice([2.0, 3.0]), "rope_theta": 500000.0},
                    "sliding_attention": {"rope_type": "default", "rope_theta": 20000.0}}, **more)


def plain_rope(theta):
    return {"rope_type": "default", "rope_theta": theta}


def configs():
    yield "qwen2", hf.Qwen2Config(**headless(tie_word_embeddings=True, rope_parameters=plain_rope(1e6))), {}
    yield "qwen2-windows", hf.Qwen2Config(**headless(rope_parameters=plain_rope(1e4), use_sliding_window=True,
                                                     sliding_window=dice.choice([4, 9]), max_window_layers=1)), {}
    yield "qwen2-untied", hf.Qwen2Config(**headless(rope_parameters=plain_rope(1e6))), {"max_shard_size": "100KB"}
    yield "qwen2-f16", hf.Qwen2Config(**headless(rope_parameters=plain_rope(1e6))), {"dtype": torch.float16}
    yield "qwen3", hf.Qwen3Config(**sizes(tie_word_embeddings=True, rope_parameters=plain_rope(1e6))), {}
    yield "llama-3.2", hf.LlamaConfig(**sizes(tie_word_embeddings=True, rope_parameters=llama3(), rms_norm_eps=1e-5)), {}
    yield "llama-linear", hf.LlamaConfig(**sizes(rope_parameters={"rope_type": "linear", "factor": 3.0,
                                                                  "rope_theta": 1e4})), {}
    yield "llama-bias", hf.LlamaConfig(**sizes(rope_parameters=plain_rope(1e4), attention_bias=True)), {}
    yield "gemma3-text", hf.Gemma3TextConfig(**sizes(), **gemma(dice.choice([2, 3]))), {}
    yield "gemma3-bf16", hf.Gemma3TextConfig(**sizes(), **gemma(dice.choice([2, 4]))), {"dtype": torch.bfloat16}
    yield "gemma3-multimodal", hf.Gemma3Config(
        text_config=hf.Gemma3TextConfig(**sizes(), **gemma(dice.choice([2, 3]))).to_dict(), eos_token_id=ENDS,
        vision_config=dict(model_type="siglip_vision_model", hidden_size=32, intermediate_size=48, num_hidden_layers=1,
                           num_attention_heads=2, image_size=28, patch_size=14, num_channels=3, vision_use_head=False),
        mm_tokens_per_image=4, boi_token_index=508, eoi_token_index=509, image_token_index=510), {}


def older(new):
    """The same configuration in the field names that transformers 4 wrote."""
    old = json.loads(json.dumps(new))
    text = old.get("text_config", old)
    rope = text.pop("rope_parameters")
    if "full_attention" in rope:
        text["rope_local_base_freq"] = rope["sliding_attention"]["rope_theta"]
        text["sliding_window_pattern"] = text.pop("_sliding_window_pattern")
        text.pop("layer_types")
        rope = rope["full_attention"]
    else:
        text.pop("layer_types", None)
    text["rope_theta"] = rope.pop("rope_theta")
    text["rope_scaling"] = None if rope["rope_type"] == "default" else rope
    old["torch_dtype"] = old.pop("dtype")
    return old


def randomise(model, seed):
    g = torch.Generator().manual_seed(seed)
    scaled = "gemma" in model.config.model_type
    for name, w in model.named_parameters():
        noise = torch.randn(w.shape, generator=g)
        if "norm" in name and name.endswith("weight"):
            w.data = 0.2 * noise if scaled else 1 + 0.2 * noise
        elif w.dim() == 1:
            w.data = 0.3 * noise
        else:
            w.data = noise * (w.shape[-1] ** -0.5 if "embed" not in name or scaled else 1.0) * 1.3


@torch.no_grad()
def calm(model):
    """Scales the final norm so that logits spread as those of real models do; else rounding alone would pass the bounds."""
    ids = torch.arange(3, 400).reshape(1, -1)
    norm, shift = body(model).norm, 1 if "gemma" in model.config.model_type else 0
    norm.weight.copy_((norm.weight + shift) * (1.7 / model(ids).logits.std()) - shift)


def body(model):
    inner = model.model
    return inner.language_model if hasattr(inner, "language_model") else inner


def inputs(length):
    ids = torch.tensor([[dice.randrange(3, 500) for _ in range(length)] for _ in range(2)])
    mask = torch.ones_like(ids)
    mask[1, : dice.randrange(5, 12)] = 0
    position = (mask.cumsum(1) - 1).clamp_min(0) * mask
    return dict(input_ids=ids, attention_mask=mask, position_ids=position)


@torch.no_grad()
def run(model, given, change=lambda layer, out: out):
    kept, handles = {}, []

    def hook(layer):
        def act(module, args, out):
            value = change(layer, out[0] if isinstance(out, tuple) else out)
            kept[f"resid_post.{layer}"] = value
            return (value, *out[1:]) if isinstance(out, tuple) else value
        return act
    for i, block in enumerate(body(model).layers):
        handles.append(block.register_forward_hook(hook(i)))
    handles.append(body(model).layers[0].register_forward_pre_hook(
        lambda m, args, kw: kept.__setitem__("embed", args[0] if args else kw["hidden_states"]), with_kwargs=True))
    handles.append(body(model).norm.register_forward_hook(lambda m, args, out: kept.__setitem__("final_norm", out)))
    kept["logits"] = model(**given, use_cache=False).logits
    for h in handles:
        h.remove()
    return kept


@torch.no_grad()
def greedy(model, given):
    """Best tokens with a cache; None where two are too near or an end token is best."""
    mask, position = given["attention_mask"], given["position_ids"]
    step, cache, ids, logs, gaps = given["input_ids"], None, [], [], []
    for _ in range(GREEDY):
        out = model(input_ids=step, attention_mask=mask, position_ids=position, cache=cache, use_cache=True)
        cache, last = out.cache, out.logits[:, -1].float()
        top = last.topk(2, -1)
        ids.append(top.indices[:, 0])
        logs.append(last.log_softmax(-1).gather(1, top.indices[:, :1])[:, 0])
        gaps.append(top.values[:, 0] - top.values[:, 1])
        step, position = top.indices[:, :1], position[:, -1:] + 1
        mask = torch.cat([mask, torch.ones_like(step)], 1)
    ids, gaps = torch.stack(ids, 1), torch.stack(gaps, 1)
    if gaps.min() < 1e-3 or any(e in ids for e in ENDS):
        return None
    return dict(greedy_ids=ids, greedy_logprobs=torch.stack(logs, 1), greedy_top2_gap=gaps)


def write(path, tensors):
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({k: v.detach().contiguous().clone() for k, v in tensors.items()}, path, metadata={"format": "pt"})


def make(config, seed):
    cls = hf.Gemma3ForConditionalGeneration if config.model_type == "gemma3" else None
    torch.manual_seed(seed)
    model = cls(config) if cls else hf.AutoModelForCausalLM.from_config(config, attn_implementation="eager")
    model.set_attn_implementation("eager")
    randomise(model, seed)
    calm(model.eval())
    return model


def model_case(name, config, options):
    dtype = options.get("dtype", torch.float32)
    for attempt in range(50):
        seed = a.seed * 1000 + attempt
        model = make(config, seed)
        for w in model.parameters():  # not the buffers, which a loaded model computes anew in float32
            w.data = w.data.to(dtype).float()
        given = inputs(dice.randrange(45, 75))
        chosen = greedy(model, given)
        if chosen:
            break
    else:
        raise SystemExit(f"{name}: no seed gives clear best tokens")
    stored = make(config, seed).to(dtype)
    stored.generation_config = hf.GenerationConfig(eos_token_id=ENDS)
    stored.save_pretrained(a.out / name / "model", max_shard_size=options.get("max_shard_size", "1GB"))
    saved = json.loads((a.out / name / "model/config.json").read_text())
    (a.out / name / "config-hub-style.json").write_text(json.dumps(older(saved), indent=1, sort_keys=True))
    kept = run(model, given)
    logp = kept["logits"].log_softmax(-1)
    kept["label_logprobs"] = logp[:, :-1].gather(-1, given["input_ids"][:, 1:, None])[..., 0]
    write(a.out / name / "expected.safetensors", {**given, **kept, **chosen})
    notes[name] = {"seed": seed, "layers": config.get_text_config().num_hidden_layers}


def load(name):
    model = hf.AutoModelForCausalLM.from_pretrained(a.out / name / "model", dtype=torch.float32,
                                                    attn_implementation="eager")
    return model.eval()


def row():
    prompt, answer = dice.randrange(3, 25), dice.randrange(3, 20)
    ids = [dice.randrange(3, 500) for _ in range(prompt + answer)]
    return {"input_ids": ids, "labels": [-100] * prompt + ids[prompt:]}


def adapted(base, lora, seed):
    model = load(base)
    if lora:
        model = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", **lora)).eval()
        g = torch.Generator().manual_seed(seed)
        for n, w in model.named_parameters():
            if "lora_A" in n:
                w.data = w.shape[-1] ** -0.5 * torch.randn(w.shape, generator=g)
    return model


def train(name, base, lora=None, kl=None, steps=15, peak=2e-3, warmup=5):
    folder, given = a.out / name, inputs(40)
    schedule = [peak * n / warmup if n < warmup else peak * (steps - n) / (steps - warmup) for n in range(steps)]
    for attempt in range(20):
        batches = [{"micro_batches": [[row(), row()], [row(), row()]], **({"kl_batch": [row(), row()]} if kl else {})}
                   for _ in range(steps)]
        results = []
        for dtype in (torch.float64, torch.float32):
            model = adapted(base, lora, a.seed + attempt).to(dtype)
            if lora and dtype == torch.float32:
                model.save_pretrained(folder / "initial")
            trained = {n: w for n, w in model.named_parameters() if w.requires_grad}
            with torch.no_grad():
                initial = model(**given, use_cache=False).logits
            records, path = steps_of(model, batches, trained, kl, schedule)
            with torch.no_grad():
                results.append((records, model(**given, use_cache=False).logits))
        real = given["attention_mask"].bool()
        logit_noise = (results[0][1] - results[1][1])[real].abs().max().item()
        loss_noise = max(abs(x["loss"] - y["loss"]) for x, y in zip(results[0][0], results[1][0]))
        if logit_noise < 5e-5 and loss_noise < 5e-6:
            break
    else:
        raise SystemExit(f"{name}: rounding alone moves logits by {logit_noise:.1e} in every attempt")
    write(folder / "expected.safetensors", {**given, "initial_logits": initial, "logits": results[1][1]})
    curve = {"base": base, "steps": steps, "warmup_steps": warmup, "peak_lr": peak, "weight_decay": 0.01,
             "max_grad_norm": 1.0, **({"kl_lambda": kl} if kl else {}), "records": records}
    (folder / "curve.json").write_text(json.dumps(curve))
    (folder / "batches.json").write_text(json.dumps({"base": base, "ignore_label": -100, "steps": batches}))
    if lora:
        model.save_pretrained(folder / "final")
        if lora["r"] == 1:
            write(folder / "trajectory.safetensors", path)
    else:
        sums = {n: {"shape": list(w.shape), "sum": w.double().sum().item(), "l2": w.double().norm().item()}
                for n, w in trained.items()}
        (folder / "final_weights.json").write_text(json.dumps(sums))
    notes[name] = {"base": base, "loss_first": records[0]["loss"], "loss_last": records[-1]["loss"],
                   "noise": {"loss": loss_noise, "final_logits": logit_noise}}


def merged(name, case, base):
    model = PeftModel.from_pretrained(load(base), a.out / case / "final").merge_and_unload().eval()
    given = inputs(40)
    with torch.no_grad():
        write(a.out / name / "expected.safetensors", {**given, "logits": model(**given, use_cache=False).logits})
    notes[name] = {"base": base, "adapter": f"{case}/final"}


def interventions(base):
    model, given = load(base), inputs(40)
    v = 0.2 * torch.randn(model.config.get_text_config().hidden_size, generator=torch.Generator().manual_seed(a.seed))
    u = v / v.norm()
    out = {**given, "v": v}
    for kind, change in (("steer", lambda i, h: h + 4 * v if i == 0 else h),
                         ("ablate", lambda i, h: h - (h @ u)[..., None] * u)):
        kept = run(model, given, change)
        out.update({f"{kind}.{k}": t for k, t in kept.items() if k == "logits" or k.startswith("resid_post")})
    write(a.out / f"interventions-{base}" / "expected.safetensors", out)
    notes[f"interventions-{base}"] = {"base": base}


ALL = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
for case_name, case_config, case_options in configs():
    model_case(case_name, case_config, case_options)
for case_base in ("qwen2-windows", "qwen3", "llama-3.2", "gemma3-text", "gemma3-multimodal"):
    train(f"lora-r8-rslora-all-{case_base}", case_base, dict(r=8, lora_alpha=16, use_rslora=True, target_modules=ALL))
    merged(f"merged-{case_base}", f"lora-r8-rslora-all-{case_base}", case_base)
train("lora-pattern-gemma3-multimodal", "gemma3-multimodal",
      dict(r=3, lora_alpha=8, target_modules=r"model\.language_model\.layers\.(0|2)\.mlp\.(up|down)_proj"))
train("lora-r1-down_proj-layer1-gemma3-text", "gemma3-text",
      dict(r=1, lora_alpha=64, use_rslora=True, target_modules=["down_proj"], layers_to_transform=[1]), steps=20)
train("lora-kl-gemma3-text", "gemma3-text", dict(r=4, lora_alpha=16, target_modules=["q_proj", "v_proj"]), kl=1.0)
train("full-finetune-gemma3-text", "gemma3-text")
interventions("gemma3-text")

files = {str(f.relative_to(a.out)): {"bytes": f.stat().st_size, "sha256": hashlib.sha256(f.read_bytes()).hexdigest()}
         for f in sorted(a.out.rglob("*")) if f.is_file()}
versions = {"torch": torch.__version__, "transformers": hf.__version__}
(a.out / "manifest.json").write_text(json.dumps({"seed": a.seed, "versions": versions, "notes": notes, "files": files}, indent=1))
print(f"{a.out}: {len(notes)} cases, {sum(f['bytes'] for f in files.values()):,} bytes")
