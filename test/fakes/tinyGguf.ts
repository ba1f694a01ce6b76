import { writeFileSync } from 'node:fs';
import { seededRandom } from '../../src/shared/random.ts';

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
  const out = new Bytes();
  const metadata: [string, () => void][] = [
    ['general.architecture', () => out.stringValue(arch)],
    ['general.name', () => out.stringValue(options.name ?? 'Tiny')],
    ['general.file_type', () => out.u32Value(0)],
    [`${arch}.context_length`, () => out.u32Value(options.contextLength ?? 4096)],
    [`${arch}.embedding_length`, () => out.u32Value(shape.d)],
    [`${arch}.block_count`, () => out.u32Value(shape.layers)],
    [`${arch}.feed_forward_length`, () => out.u32Value(shape.ffn)],
    [`${arch}.attention.head_count`, () => out.u32Value(shape.heads)],
    [`${arch}.attention.head_count_kv`, () => out.u32Value(shape.heads)],
    [`${arch}.attention.key_length`, () => out.u32Value(shape.headSize)],
    [`${arch}.attention.value_length`, () => out.u32Value(shape.headSize)],
    [`${arch}.attention.layer_norm_rms_epsilon`, () => out.f32Value(1e-5)],
    [`${arch}.rope.dimension_count`, () => out.u32Value(shape.headSize)],
    [`${arch}.vocab_size`, () => out.u32Value(V)],
    ['tokenizer.ggml.model', () => out.stringValue('llama')],
    ['tokenizer.ggml.tokens', () => out.array(8, vocabulary, (entry) => out.string(entry.text))],
    ['tokenizer.ggml.scores', () => out.array(6, vocabulary, (entry) => out.f32(entry.score))],
    ['tokenizer.ggml.token_type', () => out.array(5, vocabulary, (entry) => out.u32(entry.type))],
    ['tokenizer.ggml.bos_token_id', () => out.u32Value(1)],
    ['tokenizer.ggml.eos_token_id', () => out.u32Value(tinyId('<|end|>'))],
    ['tokenizer.ggml.unknown_token_id', () => out.u32Value(0)],
    ['tokenizer.ggml.add_bos_token', () => out.boolValue(true)],
    ...(template === null
      ? []
      : [['tokenizer.chat_template', () => out.stringValue(template)] as [string, () => void]]),
  ];

  out.raw(Buffer.from('GGUF'));
  out.u32(3);
  out.u64(tensors.length);
  out.u64(metadata.length);
  for (const [key, value] of metadata) {
    out.string(key);
    value();
  }
  let offset = 0;
  for (const tensor of tensors) {
    out.string(tensor.name);
    out.u32(tensor.shape.length);
    for (const size of tensor.shape) out.u64(size);
    out.u32(0); // F32
    out.u64(offset);
    offset += Math.ceil(tensor.data.byteLength / 32) * 32;
  }
  out.align(32);
  for (const tensor of tensors) {
    out.raw(Buffer.from(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength));
    out.align(32);
  }
  return out.toBuffer();
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

class Bytes {
  readonly #parts: Buffer[] = [];
  #length = 0;

  raw(bytes: Buffer): void {
    this.#parts.push(bytes);
    this.#length += bytes.length;
  }
  #number(size: number, write: (buffer: Buffer) => void): void {
    const buffer = Buffer.alloc(size);
    write(buffer);
    this.raw(buffer);
  }
  u32(value: number): void {
    this.#number(4, (b) => b.writeUInt32LE(value));
  }
  u64(value: number): void {
    this.#number(8, (b) => b.writeBigUInt64LE(BigInt(value)));
  }
  f32(value: number): void {
    this.#number(4, (b) => b.writeFloatLE(value));
  }
  string(text: string): void {
    const bytes = Buffer.from(text);
    this.u64(bytes.length);
    this.raw(bytes);
  }
  u32Value(value: number): void {
    this.u32(4);
    this.u32(value);
  }
  f32Value(value: number): void {
    this.u32(6);
    this.f32(value);
  }
  boolValue(value: boolean): void {
    this.u32(7);
    this.raw(Buffer.from([value ? 1 : 0]));
  }
  stringValue(text: string): void {
    this.u32(8);
    this.string(text);
  }
  array<T>(elementType: number, items: readonly T[], write: (item: T) => void): void {
    this.u32(9);
    this.u32(elementType);
    this.u64(items.length);
    for (const item of items) write(item);
  }
  align(to: number): void {
    this.raw(Buffer.alloc((to - (this.#length % to)) % to));
  }
  toBuffer(): Buffer {
    return Buffer.concat(this.#parts);
  }
}
