"""Checks that evaluation is held out: python3 check.py FOLDER_WITH_PROMPT_SETS WORK_FOLDER

Replays all that was trained on: each stage's stream, the distilled traces in WORK_FOLDER, and what reinforcement asked. What reinforcement made
the model write is not kept, and follows from that.
"""
import json
import sys
from collections import Counter

import sums
import tasks
import words
from reinforce import STEPS, problems
from tokenizer import Tokenizer
from train import STAGES, training_batches

# cues that must be known to be judged at all, and small talk around a request: their templates and topics are held out instead
SHARED = {"GOOD", "BAD", "ORDERS", "OPENINGS", "CLOSINGS", "STYLES"}


def overlapping_pools():
    for module in (words, tasks, sums):
        for key, pool in vars(module).items():
            if isinstance(pool, words.Pool) and key not in SHARED and set(pool.items["train"]) & set(pool.items["eval"]) - {""}:
                yield f"{module.__name__}.{key}"


def prompts(folder):
    for path in ("demo.prompts.jsonl", "audit.prompts.jsonl"):
        for row in map(json.loads, open(f"{folder}/{path}")):
            messages = row["input"] if isinstance(row["input"], list) else [{"content": row["input"]}]
            yield f"{path} {row['id']}", " ".join(m["content"] for m in messages), messages[-1]["content"]


def training_text(folder):
    tokenizer = Tokenizer.load(f"{folder}/tokenizer.json")
    for stage, settings in STAGES.items():
        for batch in training_batches(stage, settings["steps"], tokenizer, folder):
            yield "\n".join(tokenizer.decode(row) for ids, _ in batch for row in ids.tolist())
    for asked in problems(STEPS):
        yield "\n".join(s["messages"][-1]["content"] for s in asked)


if __name__ == "__main__":
    faults = [f"training and evaluation share words of {pool}" for pool in overlapping_pools()]
    seen = "\n".join(training_text(sys.argv[2])).lower()
    rows = list(prompts(sys.argv[1]))
    faults += [f"in the training text: {where}: {last}" for where, _, last in rows if last.lower().rstrip(".?") in seen]
    count = Counter(whole for _, whole, _ in rows)
    faults += [f"written twice: {where}" for where, whole, _ in rows if count[whole] > 1]
    print("\n".join(faults) or f"{len(rows)} prompts, none of them in {len(seen):,} characters of training text")
    sys.exit(bool(faults))
