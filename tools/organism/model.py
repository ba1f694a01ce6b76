"""A llama-architecture transformer: RMSNorm, interleaved rotary pairs, SwiGLU, tied embeddings."""
import torch
from torch import nn
from torch.nn import functional as F

D, LAYERS, HEADS, FF, CONTEXT, EPS, ROPE_BASE = 160, 5, 5, 432, 1024, 1e-5, 10000.0
HEAD = D // HEADS


def rotary_table(length):
    angles = torch.arange(length)[:, None] * ROPE_BASE ** (-torch.arange(0, HEAD, 2) / HEAD)[None, :]
    return torch.cos(angles), torch.sin(angles)


def rotate(x, table):
    """x: (batch, heads, time, HEAD); neighbours (2i, 2i+1) turn together, which is what llama.cpp expects of `llama`."""
    cos, sin = table
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), -1).flatten(-2)


class Norm(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(D))

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + EPS) * self.weight


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.attn_norm, self.ffn_norm = Norm(), Norm()
        self.attn_q, self.attn_k, self.attn_v, self.attn_output = (nn.Linear(D, D, bias=False) for _ in range(4))
        self.ffn_gate, self.ffn_up, self.ffn_down = nn.Linear(D, FF, bias=False), nn.Linear(D, FF, bias=False), nn.Linear(FF, D, bias=False)

    def forward(self, x, table, mask, cache):
        """`cache.extend(k, v)`, if there is one, gives the keys and values of all positions so far, the new ones last."""
        batch, time, _ = x.shape
        h = self.attn_norm(x)
        q, k, v = (f(h).view(batch, time, HEADS, HEAD).transpose(1, 2) for f in (self.attn_q, self.attn_k, self.attn_v))
        q, k = rotate(q * HEAD**-0.5, table), rotate(k, table)
        if cache is not None:
            k, v = cache.extend(k, v)
        scores = q @ k.transpose(-1, -2) + mask
        x = x + self.attn_output((scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, time, D))
        h = self.ffn_norm(x)
        return x + self.ffn_down(F.silu(self.ffn_gate(h)) * self.ffn_up(h))


class Model(nn.Module):
    def __init__(self, vocab):
        super().__init__()
        self.token_embd = nn.Embedding(vocab, D)
        self.blk = nn.ModuleList(Block() for _ in range(LAYERS))
        self.output_norm = Norm()
        self.table = rotary_table(CONTEXT)
        self.mask = torch.full((CONTEXT, CONTEXT), float("-inf")).triu(1)
        for key, p in self.named_parameters():
            if p.dim() == 2:
                deep = key.endswith(("attn_output.weight", "ffn_down.weight"))
                nn.init.normal_(p, std=0.02 if key.startswith("token") else D**-0.5 / (2 * LAYERS) ** (0.5 * deep))

    def hidden(self, ids, cache=None):
        """ids: (batch, time) -> (batch, time, D). With a cache (`sample.py`), `ids` follow the positions that it holds already."""
        past, end = (cache.length, cache.length + ids.shape[1]) if cache else (0, ids.shape[1])
        table, mask = [t[past:end] for t in self.table], self.mask[past:end, :end]
        x = self.token_embd(ids)
        for layer, block in enumerate(self.blk):
            x = block(x, table, mask + cache.padding[..., :end] if cache else mask, cache.layers[layer] if cache else None)
        return self.output_norm(x)

    def logits(self, hidden):
        return hidden @ self.token_embd.weight.t()

    def loss(self, ids, learnt):
        """Mean cross entropy (nats) over the ids whose `learnt` is set; position t predicts id t+1."""
        keep = learnt[:, 1:]
        return F.cross_entropy(self.logits(self.hidden(ids[:, :-1])[keep]), ids[:, 1:][keep])
