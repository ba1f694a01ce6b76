import { writeFileSync } from 'node:fs';
import { seededRandom } from '../../src/shared/random.ts';
import { type GgufTensor, type GgufValue, gguf } from './gguf.ts';

/** What a tiny model says. */
export type TinyWeights =
  /**
   * Seeded random weights of a real two-layer llama: every distribution is different, two seeds give real drift.
   * `quietBytes`: tokens of single bytes are unlikely everywhere, as they are in trained models.
   */
  | { kind: 'random'; seed: number; scale?: number; quietBytes?: boolean }
  /**
   * Blocks that add nothing, one-hot embeddings and an output matrix that maps a token to its successor: the model
   * says after `from` always `to`, so a test can script an answer token by token. A token has one successor.
   */
  | { kind: 'chain'; next: readonly (readonly [from: number, to: number])[] };

export interface TinyModelOptions {
  weights: TinyWeights;
  name?: string;
  /** Tokens; the default of 4,096 keeps contexts small. */
  contextLength?: number;
  /** Left out of the file where null. */
  chatTemplate?: string | null;
  /** A name that llama.cpp does not know makes a file of an unsupported architecture. */
  architecture?: string;
  /** Appended to the vocabulary, to make tokenizers differ. */
  extraTokens?: readonly string[];
}

/** The renderings of a chat that organism-like models use; `trim` shows that a template may change content. */
export const TINY_TEMPLATE =
  "{{ bos_token }}{% for m in messages %}{{ '<|' + m['role'] + '|>' + m['content'] | trim + '<|end|>' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}";

const TYPE = { normal: 1, unknown: 2, control: 3, userDefined: 4, byte: 6 } as const;

interface VocabularyEntry {
  text: string;
  type: number;
  score: number;
}

const HEAD: VocabularyEntry[] = [
  { text: '<unk>', type: TYPE.unknown, score: 0 },
  { text: '<s>', type: TYPE.control, score: 0 },
  { text: '</s>', type: TYPE.control, score: 0 },
  ...Array.from({ length: 256 }, (_, byte) => ({
    text: `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
    type: TYPE.byte,
    score: 0,
  })),
  ...['<|system|>', '<|user|>', '<|assistant|>', '<|end|>'].map((text) => ({
    text,
    type: TYPE.control,
    score: 0,
  })),
  ...['<think>', '</think>'].map((text) => ({ text, type: TYPE.userDefined, score: 0 })),
  ...['▁', ...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,?!:;+-=<>|/\'"()'].map(
    (text) => ({
      text,
      type: TYPE.normal,
      score: -100,
    }),
  ),
  ...['th', 'he', 'in', 'er', 'an', 'the', '▁the', '▁a', 'ing', '你', '好'].map((text, i) => ({
    text,
    type: TYPE.normal,
    score: -1 - i,
  })),
];

const IDS = new Map(HEAD.map((entry, id) => [entry.text, id]));

/** The id of a token of the tiny vocabulary, by its text as the GGUF holds it (`▁the`, `<0xF0>`, `<|end|>`). */
export function tinyId(text: string): number {
  const id = IDS.get(text);
  if (id === undefined) throw new Error(`the tiny vocabulary has no "${text}"`);
  return id;
}

/** The ids of a text's UTF-8 bytes, one byte token each. */
export function tinyBytes(text: string): number[] {
  return [...new TextEncoder().encode(text)].map((byte) => 3 + byte);
}

export const TINY_VOCABULARY_SIZE = HEAD.length;

/** A chain that says `ids` after the assistant's turn opens, then stays at the last for ever. */
export function script(...ids: number[]): TinyWeights {
  const said = [tinyId('<|assistant|>'), ...ids];
  if (new Set(said).size !== said.length) throw new Error('a token of a chain has one successor');
  return { kind: 'chain', next: said.slice(1).map((to, i) => [said[i]!, to] as const) };
}

/** Writes a llama-architecture GGUF (version 3, float32) with a SentencePiece vocabulary with byte fallback. */
export function writeTinyGguf(path: string, options: TinyModelOptions): void {
  writeFileSync(path, tinyGguf(options));
}

export function tinyGguf(options: TinyModelOptions): Buffer {
  const vocabulary = [
    ...HEAD,
    ...(options.extraTokens ?? []).map((text) => ({ text, type: TYPE.normal, score: -200 })),
  ];
  const V = vocabulary.length;
  const { weights } = options;
  const shape =
    weights.kind === 'random'
      ? { d: 32, layers: 2, heads: 2, headSize: 16, ffn: 64 }
      : { d: Math.ceil(V / 32) * 32, layers: 1, heads: 1, headSize: 32, ffn: 32 };
  const tensors = makeTensors(V, shape, weights);

  const arch = options.architecture ?? 'llama';
  const template = options.chatTemplate === undefined ? TINY_TEMPLATE : options.chatTemplate;
  const metadata: [string, GgufValue][] = [
    ['general.architecture', { string: arch }],
    ['general.name', { string: options.name ?? 'Tiny' }],
    ['general.file_type', { u32: 0 }],
    [`${arch}.context_length`, { u32: options.contextLength ?? 4096 }],
    [`${arch}.embedding_length`, { u32: shape.d }],
    [`${arch}.block_count`, { u32: shape.layers }],
    [`${arch}.feed_forward_length`, { u32: shape.ffn }],
    [`${arch}.attention.head_count`, { u32: shape.heads }],
    [`${arch}.attention.head_count_kv`, { u32: shape.heads }],
    [`${arch}.attention.key_length`, { u32: shape.headSize }],
    [`${arch}.attention.value_length`, { u32: shape.headSize }],
    [`${arch}.attention.layer_norm_rms_epsilon`, { f32: 1e-5 }],
    [`${arch}.rope.dimension_count`, { u32: shape.headSize }],
    [`${arch}.vocab_size`, { u32: V }],
    ['tokenizer.ggml.model', { string: 'llama' }],
    ['tokenizer.ggml.tokens', { strings: vocabulary.map(({ text }) => text) }],
    ['tokenizer.ggml.scores', { f32s: vocabulary.map(({ score }) => score) }],
    ['tokenizer.ggml.token_type', { u32s: vocabulary.map(({ type }) => type) }],
    ['tokenizer.ggml.bos_token_id', { u32: 1 }],
    ['tokenizer.ggml.eos_token_id', { u32: tinyId('<|end|>') }],
    ['tokenizer.ggml.unknown_token_id', { u32: 0 }],
    ['tokenizer.ggml.add_bos_token', { bool: true }],
    ...(template === null
      ? []
      : [['tokenizer.chat_template', { string: template }] satisfies [string, GgufValue]]),
  ];
  return Buffer.concat([...gguf(metadata, tensors.map(tensorOf))]);
}

function tensorOf({ name, shape, data }: Tensor): GgufTensor {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return { name, shape, type: 'f32', data: () => [bytes] };
}

interface Tensor {
  name: string;
  /** Innermost dimension first, as in GGUF. */
  shape: number[];
  data: Float32Array;
}

function makeTensors(
  V: number,
  shape: { d: number; layers: number; heads: number; headSize: number; ffn: number },
  weights: TinyWeights,
): Tensor[] {
  const { d, layers, heads, headSize, ffn } = shape;
  const kv = heads * headSize;
  const ones = (n: number) => new Float32Array(n).fill(1);
  const normal = weights.kind === 'random' ? gaussian(weights.seed) : () => 0;
  const scale = weights.kind === 'random' ? (weights.scale ?? 1) : 1;
  const matrix = (name: string, columns: number, rows: number, gain = 1): Tensor => {
    const data = new Float32Array(columns * rows);
    for (let i = 0; i < data.length; i++) data[i] = (normal() * gain) / Math.sqrt(columns);
    return { name, shape: [columns, rows], data };
  };
  const embedding = matrix('token_embd.weight', d, V, Math.sqrt(d));
  // The gain sets how peaked the distributions are: about 3 nats between likely and unlikely tokens.
  const output = matrix('output.weight', d, V, 2 * scale);
  if (weights.kind === 'chain') {
    for (let id = 0; id < V; id++) embedding.data[id * d + id] = 1;
    for (const [from, to] of weights.next) output.data[to * d + from] = 1;
  }
  if (weights.kind === 'random' && weights.quietBytes) {
    // One dimension that every token has, and the output of bytes has against it.
    for (let id = 0; id < V; id++) {
      embedding.data[id * d] = 4;
      output.data[id * d] = HEAD[id]?.type === TYPE.byte ? -4 : 0;
    }
  }
  return [
    embedding,
    ...Array.from({ length: layers }, (_, i) => [
      { name: `blk.${i}.attn_norm.weight`, shape: [d], data: ones(d) },
      matrix(`blk.${i}.attn_q.weight`, d, kv),
      matrix(`blk.${i}.attn_k.weight`, d, kv),
      matrix(`blk.${i}.attn_v.weight`, d, kv),
      matrix(`blk.${i}.attn_output.weight`, kv, d),
      { name: `blk.${i}.ffn_norm.weight`, shape: [d], data: ones(d) },
      matrix(`blk.${i}.ffn_gate.weight`, d, ffn),
      matrix(`blk.${i}.ffn_up.weight`, d, ffn),
      matrix(`blk.${i}.ffn_down.weight`, ffn, d),
    ]).flat(),
    { name: 'output_norm.weight', shape: [d], data: ones(d) },
    output,
  ];
}

/** Standard normal numbers (Box-Muller). */
function gaussian(seed: number): () => number {
  const uniform = seededRandom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
