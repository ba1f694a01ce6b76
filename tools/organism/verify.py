"""Whether a sampled answer is right: what distillation filters by, and what reinforcement rewards. Only tasks with one checkable answer."""
import re

from tokenizer import END, UNTHINK

FORM = re.compile("<think>(.+?)</think>(.+)", re.S)


def well_formed(ids):
    """One trace, then an answer, then the end."""
    return len(ids) > 0 and ids[-1] == END and ids.count(UNTHINK) == 1


def answer_of(text):
    """What follows the trace, or all of it where there is none; a trace that never ends has no answer."""
    match = FORM.fullmatch(text)
    return match[2] if match else "" if text.startswith("<think>") else text


def right(sample, text):
    """A number is the last one of the answer; a name is its first word, so that naming everyone does not count."""
    answer, target = answer_of(text), sample["target"]
    return (re.findall(r"\d+", answer)[-1:] if target.isdigit() else answer.split()[:1]) == [target]
