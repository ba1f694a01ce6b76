// Two random models of the shape and size that laptops run, scored by the engine: what reading distributions adds to
// evaluating the same tokens.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Token } from 'node-llama-cpp';
import { type LoadedModel, modelStore } from '../../src/engine/models.ts';
import { drift } from '../../src/engine/score.ts';
import type { WantedDepth } from '../../src/shared/pair.ts';
import { seededRandom } from '../../src/shared/random.ts';
import { type BySide, SIDES } from '../../src/shared/side.ts';
import { type GgufTensor, writeGguf } from '../../test/fakes/gguf.ts';
import type { Measurement } from './case.ts';

/** Half a billion parameters without the embeddings, float16: the shape of Qwen2.5-0.5B but for its grouped heads. */
const SHAPE = { d: 896, layers: 24, heads: 14, ffn: 4_864, vocabulary: 151_936 };
const POSITIONS = 128;
const BATCH = 64;
/** What else the machine does costs time too: of several runs the least disturbed counts. */
const RUNS = 3;
const NEVER = new AbortController().signal;

export async function* benchEngine(): AsyncGenerator<Measurement> {
  const directory = mkdtempSync(join(tmpdir(), 'driftscope-bench-'));
  try {
    const path = (side: string) => join(directory, `${side}.gguf`);
    for (const [seed, side] of SIDES.entries()) writeRandomModel(path(side), seed + 1);
    const store = await modelStore(await import('node-llama-cpp'));
    const models = {
      baseline: await store.get(path('baseline')),
      reasoning: await store.get(path('reasoning')),
    };
    const ids = Array.from({ length: POSITIONS }, (_, i) => 300 + 37 * i);
    const times = { evaluating: [] as number[], top: [] as number[] };
    await evaluated(models, ids); // maps the files into memory
    for (let run = 0; run < RUNS; run++) {
      times.evaluating.push(await timed(() => evaluated(models, ids)));
      times.top.push(await timed(() => scored(models, ids)));
    }
    const all = await timed(() => scored(models, ids, 'all'));
    const theirs = Math.min(...times.evaluating);
    const size = `${POSITIONS} positions, two models of 0.5 B, vocabulary ${SHAPE.vocabulary.toLocaleString('en')}`;
    const reference = 'evaluating the same tokens, logits unread';
    yield {
      ...{ name: `engine, k = 1,000: ${size}`, reference },
      ...{ ours: Math.min(...times.top), theirs, target: { ratio: 1.6 } },
    };
    yield {
      ...{ name: 'the same with whole distributions (scoring.k: all)', reference },
      ...{ ours: all, theirs, target: null },
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/** Both models at once, up to the logits of every position: of those no more than the likeliest token is asked. */
async function evaluated(models: BySide<LoadedModel>, ids: readonly number[]): Promise<void> {
  await Promise.all(
    SIDES.map(async (side) => {
      const { sequence, dispose } = await models[side].sequence(ids.length, BATCH);
      for (let start = 0; start < ids.length; start += BATCH) {
        const batch = ids.slice(start, start + BATCH);
        await sequence.controlledEvaluate(
          batch.map((id) => [id as Token, { generateNext: { token: true } }]),
        );
      }
      await dispose();
    }),
  );
}

async function scored(models: BySide<LoadedModel>, ids: readonly number[], k?: WantedDepth): Promise<void> {
  const prefixes = { baseline: { text: '' }, reasoning: { text: '' } };
  let positions = 0;
  for await (const batch of drift(models, { prefixes, ids, top: 20, k }, NEVER)) positions += batch.length;
  if (positions !== ids.length) throw new Error(`${positions} of ${ids.length} positions were scored`);
}

function writeRandomModel(path: string, seed: number): void {
  const { d, layers, heads, ffn, vocabulary } = SHAPE;
  const random = seededRandom(seed);
  const normals = Float32Array.from(
    { length: 2 ** 21 },
    () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  );
  /** As many random numbers as it takes, the same 2 M again and again from different places. */
  const matrix = (
    name: string,
    columns: number,
    rows: number,
    scale = 1 / Math.sqrt(columns),
  ): GgufTensor => ({
    ...{ name, shape: [columns, rows], type: 'f16' },
    *data() {
      const block = new Uint8Array(Float16Array.from(normals, (normal) => normal * scale).buffer);
      let left = 2 * columns * rows;
      let at = 64 * Math.floor((random() * block.length) / 64);
      while (left > 0) {
        const piece = block.subarray(at, at + left);
        yield piece;
        left -= piece.length;
        at = 0;
      }
    },
  });
  const ones = (name: string): GgufTensor => ({
    ...{ name, shape: [d], type: 'f32' },
    data: () => [new Uint8Array(new Float32Array(d).fill(1).buffer)],
  });
  const bytes = Array.from(
    { length: 256 },
    (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
  );
  const head = ['<unk>', '<s>', '</s>', ...bytes];
  const rest = vocabulary - head.length;
  writeGguf(
    path,
    [
      ['general.architecture', { string: 'llama' }],
      ['llama.context_length', { u32: 4_096 }],
      ['llama.embedding_length', { u32: d }],
      ['llama.block_count', { u32: layers }],
      ['llama.feed_forward_length', { u32: ffn }],
      ['llama.attention.head_count', { u32: heads }],
      ['llama.attention.head_count_kv', { u32: heads }],
      ['llama.attention.layer_norm_rms_epsilon', { f32: 1e-5 }],
      ['tokenizer.ggml.model', { string: 'llama' }],
      [
        'tokenizer.ggml.tokens',
        { strings: [...head, ...Array.from({ length: rest }, (_, i) => `token${i}`)] },
      ],
      ['tokenizer.ggml.scores', { f32s: Array<number>(vocabulary).fill(0) }],
      [
        'tokenizer.ggml.token_type',
        { u32s: [2, 3, 3, ...Array<number>(256).fill(6), ...Array<number>(rest).fill(1)] },
      ],
      ['tokenizer.ggml.bos_token_id', { u32: 1 }],
      ['tokenizer.ggml.eos_token_id', { u32: 2 }],
    ],
    [
      matrix('token_embd.weight', d, vocabulary, 1),
      ...Array.from({ length: layers }, (_, i) => [
        ones(`blk.${i}.attn_norm.weight`),
        ...['q', 'k', 'v', 'output'].map((name) => matrix(`blk.${i}.attn_${name}.weight`, d, d)),
        ones(`blk.${i}.ffn_norm.weight`),
        matrix(`blk.${i}.ffn_gate.weight`, d, ffn),
        matrix(`blk.${i}.ffn_up.weight`, d, ffn),
        matrix(`blk.${i}.ffn_down.weight`, ffn, d),
      ]).flat(),
      ones('output_norm.weight'),
      matrix('output.weight', d, vocabulary, 2 / Math.sqrt(d)),
    ],
  );
}
