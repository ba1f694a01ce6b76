"""Trains one stage: python3 train.py base|instruct|sft|distill|cold OUT.pt [--from IN.pt] [--steps N] [--lr X]. Seeded; every figure below is a default.

Beside OUT.pt stand tokenizer.json, which the first stage makes, and traces.jsonl, which `distill.py` samples for the stage `distill`. What
`reinforce.py` does starts from `cold`: the `sft` stage in short, so that there is a trace to reward.
"""
import argparse
import json
import math
import os
import random
import time

import torch

import corpus
from model import CONTEXT, Model
from muon import Muon
from tokenizer import Tokenizer, learn

VOCAB, PART_TOKENS, PARTS, POOL = 1280, 1400, 3, 512
STAGES = {
    "base": {"steps": 700, "lr": 2e-3, "muon": 0, "seed": 1},
    "instruct": {"steps": 1800, "lr": 1e-3, "muon": 0.012, "seed": 3},
    "sft": {"steps": 300, "lr": 8e-4, "muon": 0, "seed": 2},
    "distill": {"steps": 300, "lr": 8e-4, "muon": 0, "seed": 4},
    "cold": {"steps": 60, "lr": 8e-4, "muon": 0, "seed": 5},
}


def tokenizer_at(path):
    if not os.path.exists(path):
        fixed = len(Tokenizer([]).tokens)
        Tokenizer(learn(corpus.plain_texts(random.Random(0), 6000), VOCAB - fixed)).save(path)
    return Tokenizer.load(path)


def padded(docs):
    width = min(max(len(ids) for ids, _ in docs), CONTEXT)
    ids, learnt = torch.zeros(len(docs), width, dtype=torch.long), torch.zeros(len(docs), width, dtype=torch.bool)
    for row, (doc, counts) in enumerate(docs):
        ids[row, : len(doc)], learnt[row, : len(doc)] = torch.tensor(doc[:width]), torch.tensor(counts[:width])
    return ids, learnt


def batches(make):
    """Documents of like length stand together, so that little is padding; a batch is one such part of each third of the lengths,
    because length tells the task, and a step on one task alone unlearns the others."""
    while True:
        pool = sorted((make() for _ in range(POOL)), key=lambda d: len(d[0]))
        parts, part = [], []
        for doc in pool:
            if part and (len(part) + 1) * len(doc[0]) > PART_TOKENS:
                parts.append(part)
                part = []
            part.append(doc)
        parts.append(part)
        size = len(parts) // PARTS
        thirds = [random.sample(parts[i * size:(i + 1) * size], size) for i in range(PARTS)]
        yield from ([padded(docs) for docs in batch] for batch in zip(*thirds))


def schedule(step, steps, peak):
    """Warm up, then fall along a cosine."""
    warmup = min(100, steps // 10)
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup))))


def training_batches(stage, steps, tokenizer, folder):
    """What a stage is shown, step by step; `check.py` reads the same stream. `folder`: where traces.jsonl is."""
    random.seed(STAGES[stage]["seed"])
    rng, step = random.Random(STAGES[stage]["seed"]), 0
    traces = [json.loads(line) for line in open(os.path.join(folder, "traces.jsonl"))] if stage == "distill" else []

    def make():
        if stage in ("sft", "cold"):
            return corpus.sft_document(rng, tokenizer)
        if stage == "distill":
            return tokenizer.chat(rng.choice(traces))
        if stage == "base":  # mostly plain text at first, mostly chat at the end
            return corpus.instruct_document(rng, tokenizer, max(0.08, 0.7 * (1 - step / steps)), 0.0, 0.0)
        return corpus.instruct_document(rng, tokenizer, 0.03, 0.12, 0.15)

    source = batches(make)
    for step in range(steps):
        yield next(source)


def optimizers_for(model, muon, lr):
    """-> [(optimizer, its peak rate)]: Adam for all, or Muon for the blocks' matrices and Adam for the rest."""
    inner = [p for name, p in model.named_parameters() if muon and name.startswith("blk") and p.dim() == 2]
    outer = [p for p in model.parameters() if all(p is not q for q in inner)]
    groups = [{"params": [p for p in outer if p.dim() == 2], "weight_decay": 0.05}, {"params": [p for p in outer if p.dim() == 1], "weight_decay": 0.0}]
    return [(torch.optim.AdamW(groups, lr=lr, betas=(0.9, 0.95), foreach=True), lr)] + ([(Muon(inner, muon), muon)] if muon else [])


def train(stage, out, start, steps, lr, keep):
    torch.manual_seed(STAGES[stage]["seed"])
    folder = os.path.dirname(out) or "."
    tokenizer = tokenizer_at(os.path.join(folder, "tokenizer.json"))
    model = Model(len(tokenizer.tokens))
    if start:
        model.load_state_dict(torch.load(start))
    optimizers = optimizers_for(model, STAGES[stage]["muon"], lr)
    began, tokens, mean = time.time(), 0, None
    for step, batch in enumerate(training_batches(stage, steps, tokenizer, folder)):
        model.zero_grad()
        total, loss = sum(learnt.sum().item() for _, learnt in batch), 0.0
        for ids, learnt in batch:
            part = model.loss(ids, learnt) * (learnt.sum() / total)
            part.backward()
            loss += part.item()
            tokens += ids.numel()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer, peak in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = schedule(step, steps, peak)
            optimizer.step()
        mean = loss if mean is None else 0.95 * mean + 0.05 * loss
        if step % 10 == 0:
            print(f"{stage} step {step}/{steps} loss {mean:.4f} tokens {tokens} {tokens / (time.time() - began):.0f}/s {time.time() - began:.0f} s", flush=True)
        if keep and step % keep == keep - 1:
            torch.save(model.state_dict(), f"{out}.{step + 1}")
    torch.save(model.state_dict(), out)
    print(f"{stage} done: {steps} steps, {tokens} tokens, {time.time() - began:.0f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("stage", choices=STAGES)
    parser.add_argument("out")
    parser.add_argument("--from", dest="start")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--lr", type=float)
    parser.add_argument("--keep", type=int, help="also save OUT.N at every so many steps")
    a = parser.parse_args()
    train(a.stage, a.out, a.start, a.steps or STAGES[a.stage]["steps"], a.lr or STAGES[a.stage]["lr"], a.keep)
