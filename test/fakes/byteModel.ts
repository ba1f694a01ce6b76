import type { Message } from '../../src/shared/prompt.ts';
import { seededRandom } from '../../src/shared/random.ts';
import type { TrueModel, TrueRow } from './trueModel.ts';

/** The bytes, BOS, and what opens and ends a turn. */
const BOS = 256;
const TURN = 257;
const END = 258;
const SIZE = 259;

/**
 * A model without an engine, for the fake servers: bytes are its tokens, and what comes next depends on the last one
 * alone, by a distribution that the seed draws.
 */
export function byteModel(
  seed: number,
): TrueModel & { greedy(messages: readonly Message[], n: number): Promise<number[]> } {
  const after = new Map<number, TrueRow>();
  const next = (id: number): TrueRow => {
    const known = after.get(id);
    if (known) return known;
    const random = seededRandom(seed * 1_000 + id);
    // Of printing ASCII only, so that what it writes is text.
    const weights = Float64Array.from({ length: SIZE }, (_, token) =>
      token >= 0x61 && token <= 0x7a ? 6 * random() : -4 - random(),
    );
    const norm = Math.log(weights.reduce((sum, weight) => sum + Math.exp(weight), 0));
    const row = weights.map((weight) => weight - norm);
    after.set(id, row);
    return row;
  };
  const bytes = (id: number) =>
    id < BOS ? Uint8Array.of(id) : new TextEncoder().encode(['<s>', '<|turn|>', '<|end|>'][id - BOS]);
  const cut = (text: string) => [...new TextEncoder().encode(text)];
  const render = async (messages: readonly Message[]) => [
    BOS,
    ...messages.flatMap(({ role, content }) => [TURN, ...cut(`${role}:${content}`), END]),
    TURN,
  ];
  return {
    name: `bytes-${seed}`,
    vocabularySize: SIZE,
    bos: BOS,
    tokenize: async (text) => cut(text),
    render,
    bytes,
    text: (id) => new TextDecoder().decode(bytes(id)),
    rows: async (prompt) => prompt.map(next),
    async greedy(messages, n) {
      const ids = [...(await render(messages))];
      const written: number[] = [];
      for (let i = 0; i < n; i++) {
        const row = next(ids.at(-1)!);
        const best = row.indexOf(Math.max(...row));
        ids.push(best);
        written.push(best);
      }
      return written;
    },
  };
}
