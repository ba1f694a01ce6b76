"""Samples answers from a model, many at once: the traces that `distill.py` learns from, and the rollouts that `reinforce.py` rewards."""
import torch

from model import HEAD, HEADS, LAYERS
from tokenizer import END

PADDED = -1e9  # not -inf: a padded position sees itself alone, and a row of nothing but -inf has no softmax


class LayerCache:
    """One layer's keys and values, each (batch, HEADS, capacity, HEAD), of which the first `length` positions are written."""

    def __init__(self, batch, capacity):
        self.k, self.v, self.length = torch.zeros(batch, HEADS, capacity, HEAD), torch.zeros(batch, HEADS, capacity, HEAD), 0

    def extend(self, k, v):
        start, self.length = self.length, self.length + k.shape[2]
        self.k[:, :, start:self.length], self.v[:, :, start:self.length] = k, v
        return self.k[:, :, :self.length], self.v[:, :, :self.length]


class Cache:
    """All layers' caches, and which of the first positions are only padding. Rotary positions are relative, so padding on the left shifts nothing."""

    def __init__(self, padding, capacity):
        batch, width = padding.shape
        self.padding = torch.zeros(batch, 1, 1, capacity)
        self.padding[:, 0, 0, :width][padding] = PADDED
        self.layers = [LayerCache(batch, capacity) for _ in range(LAYERS)]

    @property
    def length(self):
        return self.layers[0].length

    def keep(self, rows):
        self.padding = self.padding[rows]
        for layer in self.layers:
            layer.k, layer.v = layer.k[rows], layer.v[rows]


@torch.no_grad()
def sample(model, prompts, temperature, longest, generator):
    """Continues each prompt (a list of ids) until <|end|> or `longest` tokens -> the new ids of each, <|end|> among them if it came.

    Temperature 0 is greedy. Rows that have ended leave the batch now and then, so that the last long one does not carry them all along."""
    width = max(map(len, prompts))
    ids, padding = torch.zeros(len(prompts), width, dtype=torch.long), torch.ones(len(prompts), width, dtype=torch.bool)
    for row, prompt in enumerate(prompts):
        ids[row, width - len(prompt):], padding[row, width - len(prompt):] = torch.tensor(prompt), False
    cache, written = Cache(padding, width + longest), [[] for _ in prompts]
    rows = torch.arange(len(prompts))  # which prompt each row of the batch continues
    open_rows = torch.ones(len(prompts), dtype=torch.bool)
    for _ in range(longest):
        logits = model.logits(model.hidden(ids, cache)[:, -1])
        if temperature:
            ids = torch.multinomial((logits / temperature).softmax(-1), 1, generator=generator)
        else:
            ids = logits.argmax(-1, keepdim=True)
        for row, token, going in zip(rows.tolist(), ids[:, 0].tolist(), open_rows.tolist()):
            if going:
                written[row].append(token)
        open_rows &= ids[:, 0] != END
        if not open_rows.any():
            break
        if open_rows.float().mean() < 0.75:
            cache.keep(open_rows)
            ids, rows, open_rows = ids[open_rows], rows[open_rows], open_rows[open_rows]
    return written
