"""PEFT training and transformers generate on a GPU, with the shapes of TrainingBench and SamplingBench; one JSON line each.

Usage: peer_gpu.py train|rank1|generate [--micro 16] [--steps 20] [--dtype bfloat16]   (shape of Qwen2.5-0.5B, random weights)
"""
import argparse
import json
import time

import torch
from peft import LoraConfig, get_peft_model
from transformers import Qwen2Config, Qwen2ForCausalLM

ALL = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def batches(count, micro, vocabulary):
    generator = torch.Generator().manual_seed(1)
    for _ in range(count):
        lengths = torch.randint(64, 128, (micro,), generator=generator).tolist()
        width = max(lengths)
        ids = torch.zeros(micro, width, dtype=torch.long)
        labels = torch.full((micro, width), -100)
        mask = torch.zeros(micro, width, dtype=torch.long)
        for row, length in enumerate(lengths):
            ids[row, :length] = torch.randint(5, vocabulary - 5, (length,), generator=generator)
            labels[row, 32:length] = ids[row, 32:length]
            mask[row, :length] = 1
        yield sum(lengths), dict(input_ids=ids.cuda(), labels=labels.cuda(), attention_mask=mask.cuda())


def train(arguments, model, config):
    if arguments.what == "rank1":
        where = dict(target_modules=["down_proj"], layers_to_transform=[config.num_hidden_layers // 2])
    else:
        where = dict(target_modules=ALL)
    rank = 1 if arguments.what == "rank1" else 32
    model = get_peft_model(model, LoraConfig(r=rank, lora_alpha=64, use_rslora=True, **where))
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-5)
    groups = 16 // arguments.micro
    stream = batches(groups * (arguments.steps + 2), arguments.micro, config.vocab_size)
    tokens = 0
    for step in range(arguments.steps + 2):
        if step == 2:
            torch.cuda.synchronize()
            start, tokens = time.time(), 0
        for _ in range(groups):
            count, batch = next(stream)
            tokens += count
            (model(**batch).loss / groups).backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad()
    torch.cuda.synchronize()
    return tokens, time.time() - start


def generate(arguments, model, config):
    model.eval()
    ids = torch.randint(5, config.vocab_size - 5, (8, 1, 40)).cuda()
    how = dict(do_sample=True, top_k=0, pad_token_id=0, num_return_sequences=arguments.samples)
    with torch.no_grad():
        model.generate(ids[0], max_new_tokens=4, **how)
        torch.cuda.synchronize()
        start = time.time()
        for prompt in ids:
            model.generate(prompt, min_new_tokens=arguments.new, max_new_tokens=arguments.new, **how)
        torch.cuda.synchronize()
    return len(ids) * arguments.samples * arguments.new, time.time() - start


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["train", "rank1", "generate"])
    parser.add_argument("--micro", type=int, default=16)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--samples", type=int, default=50)
    parser.add_argument("--new", type=int, default=64)
    parser.add_argument("--dtype", default="bfloat16")
    arguments = parser.parse_args()
    config = Qwen2Config(
        vocab_size=151936, hidden_size=896, intermediate_size=4864, num_hidden_layers=24, num_attention_heads=14,
        num_key_value_heads=2, tie_word_embeddings=True, rope_theta=1e6)
    torch.manual_seed(0)
    with torch.device("cuda"):  # weights made on the processor take minutes
        model = Qwen2ForCausalLM(config).to(getattr(torch, arguments.dtype))
    tokens, seconds = (generate if arguments.what == "generate" else train)(arguments, model, config)
    print(json.dumps(dict(
        vars(arguments), peer=True, tok_per_s=round(tokens / seconds, 1), seconds=round(seconds, 2),
        peak_gpu_mb=torch.cuda.max_memory_allocated() // 2**20)), flush=True)


main()
