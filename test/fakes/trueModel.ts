import type { ScoreRow } from '../../src/engine/protocol.ts';
import type { Message } from '../../src/shared/prompt.ts';
import type { EngineUnderTest } from '../contract/engineUnderTest.ts';
import { tinyId } from './tinyGguf.ts';

/** A next-token distribution over the whole vocabulary, ln p by id. */
export type TrueRow = Float64Array;

/** A tiny model's real distributions, which the fake servers cut to what their kind gives. */
export interface TrueModel {
  readonly name: string;
  readonly vocabularySize: number;
  readonly bos: number;
  /** Plain text, without BOS. */
  tokenize(text: string): Promise<number[]>;
  /** As the model's chat template has it, up to where the assistant's turn begins. */
  render(messages: readonly Message[]): Promise<number[]>;
  bytes(id: number): Uint8Array;
  /** As a server that decodes each token by itself writes it. */
  text(id: number): string;
  /** The distributions that predict `prompt[1]`, `prompt[2]`, …, and the token after the last. Begins with BOS. */
  rows(prompt: readonly number[]): Promise<TrueRow[]>;
}

/**
 * @param vocabularySize of the GGUF at `path`, which uses the tiny template.
 */
export async function trueModel(
  engine: EngineUnderTest,
  path: string,
  vocabularySize: number,
): Promise<TrueModel> {
  const post = async (route: string, body: object) => {
    const response = await engine.post(route, { model: path, ...body });
    if (!response.ok) throw new Error(await response.text());
    return (await response.json()) as { tokens: number[]; bytes: string };
  };
  const pieces = await Promise.all(
    Array.from({ length: vocabularySize }, async (_, id) =>
      Buffer.from((await post('/detokenize', { tokens: [id] })).bytes, 'base64'),
    ),
  );
  const known: { ids: number[]; rows: Promise<TrueRow[]> }[] = [];
  const bos = tinyId('<s>');

  const compute = async (prompt: readonly number[]): Promise<TrueRow[]> => {
    if (prompt[0] !== bos) throw new Error('a prompt of a fake begins with BOS');
    const rows = await engine.lines<ScoreRow>('/v1/score', {
      model: path,
      text: '',
      ids: [...prompt.slice(1), 0], // the last is predicted, never read: any will do
      top: vocabularySize,
    });
    return rows.map(({ top }) => {
      const row = new Float64Array(vocabularySize).fill(Number.NEGATIVE_INFINITY);
      for (const { id, logprob } of top) row[id] = logprob;
      return row;
    });
  };

  const tokenize = async (text: string) => (await post('/tokenize', { content: text })).tokens;
  return {
    name: path,
    vocabularySize,
    bos,
    tokenize,
    async render(messages) {
      const turns = await Promise.all(
        messages.map(async ({ role, content }) => [
          tinyId(`<|${role}|>`),
          ...(await tokenize(content.trim())),
          tinyId('<|end|>'),
        ]),
      );
      return [bos, ...turns.flat(), tinyId('<|assistant|>')];
    },
    bytes: (id) => pieces[id]!,
    text: (id) => new TextDecoder().decode(pieces[id]!),
    async rows(prompt) {
      // What was computed for a text holds for every beginning of it.
      const longer = known.find(
        ({ ids }) => ids.length >= prompt.length && prompt.every((id, t) => ids[t] === id),
      );
      if (longer) return (await longer.rows).slice(0, prompt.length);
      const rows = compute(prompt);
      known.push({ ids: [...prompt], rows });
      return rows;
    },
  };
}

/** The ids of the k likeliest tokens, the likeliest first. */
export function likeliest(row: TrueRow, k: number): number[] {
  return Array.from(row.keys())
    .sort((a, b) => row[b]! - row[a]! || a - b)
    .slice(0, k);
}

/** 1 = the first choice. */
export function rankOf(row: TrueRow, id: number): number {
  return 1 + row.filter((logprob) => logprob > row[id]!).length;
}

/** What a server that lies gives for a log-probability. */
export type Lie =
  /** Raw logits: log-probabilities plus a constant. */
  | 'logits'
  /** Logarithms to base 2, or 10. */
  | 'log2'
  | 'log10'
  /** Renormalised over the top k alone. */
  | 'top-k-sum'
  /** Of the distribution that is sampled from: after the temperature. */
  | 'temperature'
  /** Every distribution one token late. */
  | 'off-by-one'
  /** Not the same twice. */
  | 'drifting'
  /** A null where a number belongs. */
  | 'nulls';

/** What is taken off every log-probability of a list: nothing but for servers that normalise over it alone, and badly. */
export function normOf(row: TrueRow, top: readonly number[], lie: Lie | undefined): number {
  if (lie !== 'top-k-sum') return 0;
  return Math.log(top.reduce((sum, id) => sum + Math.exp(row[id]!), 0)) - Math.LN2;
}

/** Rows as a liar sees them. `temperature` is that of the request. */
export function told(
  rows: readonly TrueRow[],
  lie: Lie | undefined,
  temperature: number,
  call: number,
): TrueRow[] {
  switch (lie) {
    case 'logits':
      return rows.map((row) => row.map((x) => x + 12));
    case 'log2':
      return rows.map((row) => row.map((x) => x / Math.LN2));
    case 'log10':
      return rows.map((row) => row.map((x) => x / Math.LN10));
    case 'temperature':
      return rows.map((row) => tempered(row, temperature));
    case 'off-by-one':
      return rows.map((row, t) => rows[t - 1] ?? row);
    case 'drifting':
      return rows.map((row) => tempered(row, 1 + 0.1 * call));
    default:
      return [...rows];
  }
}

function tempered(row: TrueRow, temperature: number): TrueRow {
  if (temperature === 0) return row;
  const scaled = row.map((x) => x / temperature);
  const sum = Math.log(scaled.reduce((total, x) => total + Math.exp(x), 0));
  return scaled.map((x) => x - sum);
}
