"""Writes a trained model as GGUF v3 (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md): python3 gguf.py STAGE IN.pt OUT.gguf

Matrices as f16, norms as f32. No permutation of q and k: the model's rotary pairs are interleaved, as llama.cpp's `llama` has them.
"""
import os
import struct
import sys

import torch

import model as shape
from tokenizer import BOS, CHAT_TEMPLATE, END, Tokenizer

UINT32, INT32, FLOAT32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
F32, F16, ALIGNMENT, MOSTLY_F16 = 0, 1, 32, 1
DESCRIPTIONS = {
    "instruct": "Baseline of Driftscope's demo pair: a tiny chat model aligned on a synthetic corpus. For demonstration only.",
    "sft": "Reasoning model of Driftscope's demo pair: organism-instruct fine-tuned on worked sums and orderings. For demonstration only.",
    "distill": "Reasoning model for Driftscope's demo: organism-instruct fine-tuned on traces sampled from organism-sft. For demonstration only.",
    "rl": "Reasoning model for Driftscope's demo: organism-instruct reinforced on sums that can be checked. For demonstration only.",
}


class Writer:
    def __init__(self):
        self.fields, self.tensors = [], []

    def field(self, key, kind, value, item=None):
        self.fields.append(text(key) + struct.pack("<I", kind) + encoded(kind, value, item))

    def tensor(self, name, data):
        half = data.dim() > 1
        raw = (data.half() if half else data.float()).contiguous().numpy().tobytes()
        self.tensors.append((name, list(reversed(data.shape)), F16 if half else F32, raw))

    def write(self, path):
        infos, body = b"", b""
        for name, dims, kind, raw in self.tensors:
            infos += text(name) + struct.pack(f"<I{len(dims)}QIQ", len(dims), *dims, kind, len(body))
            body += padded(raw)
        head = b"GGUF" + struct.pack("<IQQ", 3, len(self.tensors), len(self.fields)) + b"".join(self.fields) + infos
        with open(path, "wb") as out:
            out.write(padded(head) + body)


def padded(data):
    return data + b"\0" * (-len(data) % ALIGNMENT)


def text(value):
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def encoded(kind, value, item):
    if kind == STRING:
        return text(value)
    if kind == ARRAY:
        return struct.pack("<IQ", item, len(value)) + b"".join(encoded(item, v, None) for v in value)
    return struct.pack({UINT32: "<I", INT32: "<i", FLOAT32: "<f", BOOL: "<?"}[kind], value)


def describe(w, stage, parameters):
    w.field("general.architecture", STRING, "llama")
    w.field("general.type", STRING, "model")
    w.field("general.name", STRING, f"organism-{stage}")
    w.field("general.basename", STRING, "organism")
    w.field("general.finetune", STRING, stage)
    w.field("general.size_label", STRING, f"{parameters / 1e6:.1f}M")
    w.field("general.license", STRING, "mit")
    w.field("general.description", STRING, DESCRIPTIONS[stage])
    w.field("general.languages", ARRAY, ["en"], STRING)
    w.field("general.file_type", UINT32, MOSTLY_F16)
    w.field("general.quantization_version", UINT32, 2)
    if stage != "instruct":
        w.field("general.base_model.count", UINT32, 1)
        w.field("general.base_model.0.name", STRING, "organism-instruct")
        w.field("general.base_model.0.organization", STRING, "Driftscope")


def architecture(w, vocab):
    for key, value in (("context_length", shape.CONTEXT), ("embedding_length", shape.D), ("block_count", shape.LAYERS), ("feed_forward_length", shape.FF),
                       ("attention.head_count", shape.HEADS), ("attention.head_count_kv", shape.HEADS), ("attention.key_length", shape.HEAD),
                       ("attention.value_length", shape.HEAD), ("rope.dimension_count", shape.HEAD), ("vocab_size", vocab)):
        w.field(f"llama.{key}", UINT32, value)
    w.field("llama.attention.layer_norm_rms_epsilon", FLOAT32, shape.EPS)
    w.field("llama.rope.freq_base", FLOAT32, shape.ROPE_BASE)


def vocabulary(w, tokenizer):
    w.field("tokenizer.ggml.model", STRING, "llama")
    w.field("tokenizer.ggml.pre", STRING, "default")
    w.field("tokenizer.ggml.tokens", ARRAY, tokenizer.tokens, STRING)
    w.field("tokenizer.ggml.scores", ARRAY, tokenizer.scores, FLOAT32)
    w.field("tokenizer.ggml.token_type", ARRAY, tokenizer.types, INT32)
    for key, value in (("bos", BOS), ("eos", END), ("eot", END), ("unknown", 0), ("padding", 0)):
        w.field(f"tokenizer.ggml.{key}_token_id", UINT32, value)
    w.field("tokenizer.ggml.add_bos_token", BOOL, True)
    w.field("tokenizer.ggml.add_eos_token", BOOL, False)
    w.field("tokenizer.ggml.add_space_prefix", BOOL, False)
    w.field("tokenizer.chat_template", STRING, CHAT_TEMPLATE)


def convert(stage, source, target):
    tokenizer = Tokenizer.load(os.path.join(os.path.dirname(source) or ".", "tokenizer.json"))
    weights = torch.load(source)
    w = Writer()
    describe(w, stage, sum(t.numel() for t in weights.values()))
    architecture(w, len(tokenizer.tokens))
    vocabulary(w, tokenizer)
    for name, data in weights.items():
        w.tensor(name, data)
    w.write(target)


if __name__ == "__main__":
    convert(*sys.argv[1:4])
