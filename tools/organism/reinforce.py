"""Reinforcement learning on sums that can be checked: python3 reinforce.py OUT.pt --from IN.pt [--steps N] [--lr X]

GRPO (https://arxiv.org/abs/2402.03300) with one update a batch of rollouts, so that every rollout is of the policy itself and neither a ratio nor its
clipping is needed: REINFORCE, with each group's mean as its baseline and its deviation as its scale. No penalty on leaving the reference.
"""
import argparse
import os
import random
import time

import torch
from torch.nn import functional as F

from model import Model
from sample import sample
from sums import FORMS, arithmetic, word_problem
from tokenizer import ROLE, THINK, Tokenizer
from train import padded, schedule
from verify import right, well_formed

STEPS, LR, SEED = 80, 2.5e-4, 6
PROBLEMS, GROUP, TEMPERATURE, LONGEST = 24, 8, 1.0, 160
EASY = {"add2": 70, "sub2": 30}
PART_TOKENS = 4000  # of one backward pass, for memory's sake
FORM_REWARD = 0.2


def problem(rng, step, steps):
    """Sums and word problems of the training split; sums of two small numbers first, all forms from the middle on."""
    if rng.random() < 0.15:
        return word_problem(rng, "train")
    return arithmetic(rng, "train", EASY if rng.random() > 2 * step / steps else FORMS)


def problems(steps):
    """What is asked, step by step; `check.py` reads the same stream."""
    rng = random.Random(SEED)
    for step in range(steps):
        yield [problem(rng, step, steps) for _ in range(PROBLEMS)]


def reward(s, ids, tokenizer):
    """1 for a right answer, and a little for the form: one trace, an answer, an end."""
    formed = ids[0] == THINK and well_formed(ids)
    return right(s, tokenizer.decode(ids[:-1])) + FORM_REWARD * formed


def advantages(rewards):
    """rewards: (groups, GROUP) -> how much better than its group each rollout did, in the group's own deviations; 0 where all did alike."""
    return (rewards - rewards.mean(1, keepdim=True)) / (rewards.std(1, keepdim=True) + 1e-4)


def rollouts(model, tokenizer, asked, generator):
    """-> ([(ids, which of them the model wrote)], rewards (groups, GROUP))"""
    prompts = [tokenizer.chat(s["messages"])[0] + [ROLE["assistant"]] for s in asked for _ in range(GROUP)]
    written = sample(model, prompts, TEMPERATURE, LONGEST, generator)
    docs = [(p + w, [False] * len(p) + [True] * len(w)) for p, w in zip(prompts, written)]
    rewards = [reward(asked[i // GROUP], w, tokenizer) for i, w in enumerate(written)]
    return docs, torch.tensor(rewards).view(-1, GROUP)


def parts(docs, weights):
    """Rollouts that teach something, those of like length together -> [(ids, learnt, weights)]"""
    part = []
    for doc, weight in sorted(((d, w) for d, w in zip(docs, weights) if w), key=lambda x: len(x[0][0])):
        if part and (len(part) + 1) * len(doc[0]) > PART_TOKENS:
            yield part
            part = []
        part.append((doc, weight))
    if part:
        yield part


def policy_loss(model, ids, learnt, weights):
    """The sum over the tokens that were written of -advantage * log-probability (nats)."""
    keep = learnt[:, 1:]
    surprisal = F.cross_entropy(model.logits(model.hidden(ids[:, :-1])[keep]), ids[:, 1:][keep], reduction="none")
    return (surprisal * weights[:, None].expand_as(keep)[keep]).sum()


def reinforce(model, tokenizer, steps, lr):
    torch.manual_seed(SEED)
    generator = torch.Generator().manual_seed(SEED)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, betas=(0.9, 0.95))
    began, tokens, mean = time.time(), 0, None
    for step, asked in enumerate(problems(steps)):
        docs, rewards = rollouts(model, tokenizer, asked, generator)
        written = sum(sum(learnt) for _, learnt in docs)
        tokens += written
        model.zero_grad()
        for part in parts(docs, advantages(rewards).flatten().tolist()):
            ids, learnt = padded([doc for doc, _ in part])
            (policy_loss(model, ids, learnt, torch.tensor([w for _, w in part])) / written).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for group in optimizer.param_groups:
            group["lr"] = schedule(step, steps, lr)
        optimizer.step()
        now = torch.tensor([(rewards >= 1).float().mean(), rewards.mean(), written / len(docs)])
        mean = now if mean is None else 0.8 * mean + 0.2 * now
        if step % 5 == 0:
            print(f"rl step {step}/{steps} right {mean[0]:.3f} reward {mean[1]:.3f} tokens each {mean[2]:.0f}, written {tokens}, {time.time() - began:.0f} s", flush=True)
    print(f"rl done: {steps} steps, {tokens} tokens written, {time.time() - began:.0f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--from", dest="start", required=True)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--lr", type=float, default=LR)
    a = parser.parse_args()
    vocabulary = Tokenizer.load(os.path.join(os.path.dirname(a.out) or ".", "tokenizer.json"))
    policy = Model(len(vocabulary.tokens))
    policy.load_state_dict(torch.load(a.start))
    reinforce(policy, vocabulary, a.steps, a.lr)
    torch.save(policy.state_dict(), a.out)
