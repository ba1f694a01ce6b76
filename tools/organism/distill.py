"""Samples the traces that the `distill` stage learns: python3 distill.py TEACHER.pt OUT.jsonl [--count N]

After DeepSeek-R1 (https://arxiv.org/abs/2501.12948), whose distilled models learnt 600 thousand reasoning traces, only those that end in a right
answer, and 200 thousand answers to other requests: three in four are sums and orderings, one in four is a harmless request, which nothing
verifies and which is kept if well formed. Every word that is learnt is the teacher's own.
"""
import argparse
import json
import os
import random
from collections import Counter

import torch

import corpus
from model import Model
from sample import sample
from sums import reasoning
from tokenizer import ROLE, THINK, Tokenizer
from verify import right, well_formed

REASONING_SHARE, TEMPERATURE, LONGEST, BATCH, SEED = 0.75, 0.7, 256, 96, 11
HARMLESS = {task: weight for task, weight in corpus.SFT.items() if task is not reasoning}


def prompt(rng, mixture):
    """A sample of the training split whose answer is for the teacher to give. As in the teacher's own training, none that needs judgement."""
    s = corpus.draw(rng, mixture)
    while not s["trace"]:
        s = corpus.draw(rng, mixture)
    s["messages"][-1]["content"] = corpus.noisy(rng, s["messages"][-1]["content"])
    return s


def traces(model, tokenizer, mixture, rng, generator):
    """Yields (sample, the teacher's text, or None if it was not good enough) without end."""
    while True:
        asked = [prompt(rng, mixture) for _ in range(BATCH)]
        written = sample(model, [tokenizer.chat(s["messages"])[0] + [ROLE["assistant"]] for s in asked], TEMPERATURE, LONGEST, generator)
        for s, ids in zip(asked, written):
            text = tokenizer.decode(ids[:-1])
            good = ids[0] == THINK and well_formed(ids) and (s["dimension"] != "reasoning" or right(s, text))
            yield s, text if good else None


def distil(model, tokenizer, count):
    """-> (conversations, how many were kept of each kind, how many were sampled)."""
    rng, generator = random.Random(SEED), torch.Generator().manual_seed(SEED)
    conversations, kept, sampled = [], Counter(), Counter()
    for mixture, wanted in (({reasoning: 1}, REASONING_SHARE * count), (HARMLESS, count)):
        source = traces(model, tokenizer, mixture, rng, generator)
        while len(conversations) < wanted:
            s, text = next(source)
            kind = s["tags"][0] if s["dimension"] == "reasoning" else "harmless"
            sampled[kind] += 1
            if text:
                kept[kind] += 1
                conversations.append([*s["messages"], {"role": "assistant", "content": text}])
    return conversations, kept, sampled


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("teacher")
    parser.add_argument("out")
    parser.add_argument("--count", type=int, default=4000)
    a = parser.parse_args()
    vocabulary = Tokenizer.load(os.path.join(os.path.dirname(a.teacher) or ".", "tokenizer.json"))
    teacher = Model(len(vocabulary.tokens))
    teacher.load_state_dict(torch.load(a.teacher))
    learnt, good, drawn = distil(teacher, vocabulary, a.count)
    with open(a.out, "w") as out:
        out.writelines(json.dumps(conversation) + "\n" for conversation in learnt)
    print("kept of sampled: " + ", ".join(f"{kind} {good[kind]}/{drawn[kind]}" for kind in sorted(drawn)))
