"""A training of a parity case by PEFT and torch's AdamW, step by step; the recipe is in the README.md of the cases."""
import torch


def wide(logits):
    """Probabilities are taken in float32 at least."""
    return logits.float() if logits.dtype == torch.bfloat16 else logits


def batch(rows, device):
    width = max(len(r["input_ids"]) for r in rows)
    pad = lambda v, fill: torch.tensor([x + [fill] * (width - len(x)) for x in v])
    ids, labels = pad([r["input_ids"] for r in rows], 0), pad([r["labels"] for r in rows], -100)
    return [t.to(device) for t in (ids, pad([[1] * len(r["input_ids"]) for r in rows], 0), labels)]


def losses(model, rows):
    ids, mask, labels = batch(rows, model.device)
    logits = model(input_ids=ids, attention_mask=mask, use_cache=False).logits[:, :-1].float()
    flat = labels[:, 1:].reshape(-1)
    return torch.nn.functional.cross_entropy(logits.reshape(-1, logits.shape[-1]), flat, ignore_index=-100, reduction="sum")


def supervised(rows):
    return sum(l != -100 for r in rows for l in r["labels"])


def steps_of(model, batches, trained, kl, schedule):
    """Trains; one record a step, and for adapters of rank 1 the tensors after each."""
    plain = lambda n: n.replace(".default", "")
    optimizer = torch.optim.AdamW(trained.values(), lr=0.0, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01)
    records, path = [], {}
    for n, step in enumerate(batches):
        total = sum(supervised(rows) for rows in step["micro_batches"])
        optimizer.zero_grad()
        parts = []
        for rows in step["micro_batches"]:
            loss = losses(model, rows)
            (loss / total).backward()
            parts.append({"loss_sum": loss.item(), "tokens": supervised(rows)})
        record = {"step": n + 1, "tokens": total, "micro_batches": parts, "lr": schedule[n],
                  "loss": sum(part["loss_sum"] for part in parts) / total}
        if kl:
            ids, mask, labels = batch(step["kl_batch"], model.device)
            pick = labels[:, 1:] != -100
            with torch.no_grad(), model.disable_adapter():
                ref = wide(model(input_ids=ids, attention_mask=mask, use_cache=False).logits[:, :-1][pick]).log_softmax(-1)
            own = wide(model(input_ids=ids, attention_mask=mask, use_cache=False).logits[:, :-1][pick]).log_softmax(-1)
            term = (ref.exp() * (ref - own)).sum(-1).mean()
            (kl * term).backward()
            record.update(sft=record["loss"], kl=term.item(), kl_tokens=int(pick.sum()))
            record["loss"] += kl * term.item()
        grads = {plain(n): w.grad for n, w in trained.items() if w.grad is not None}
        if n in (0, 5):
            record["grad_norm_per_tensor"] = {n: g.norm().item() for n, g in grads.items()}
        norm = torch.stack([g.norm() for g in grads.values()]).norm().item()
        record["grad_norm"] = norm
        for g in grads.values():
            g.mul_(min(1.0, 1.0 / (norm + 1e-6)))
        for group in optimizer.param_groups:
            group["lr"] = schedule[n]
        optimizer.step()
        records.append(record)
        for n2, w in trained.items():
            if "lora" in n2 and 1 in w.shape:
                path[f"step.{n + 1}." + ("lora_A" if "lora_A" in n2 else "lora_B")] = w.data.clone()
    return records, path
