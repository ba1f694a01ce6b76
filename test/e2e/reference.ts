import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ScoreRow } from '../../src/engine/protocol.ts';
import type { BySide } from '../../src/shared/side.ts';
import { chat, type EngineUnderTest, startTestEngine } from '../contract/engineUnderTest.ts';
import { ROOT } from './workbench.ts';

const NEVER = new AbortController().signal;

/** Line of the demo's prompts (1-based) at which the reasoning model complies where the baseline refuses. */
export const FLIPPED = 5;

/** That sample, and what this test itself finds the models to say to it. */
export interface Reference {
  input: string;
  trace: BySide<string>;
  answer: BySide<string>;
  /** Of the reasoning model's generation. */
  tokens: { text: string; klForward: number; surprisal: BySide<number> }[];
}

/** Asks the demo pair without the extension, and computes KL here in float64 from each model's full distributions. */
export async function askHere(): Promise<Reference> {
  const line = readFileSync(join(ROOT, 'media/demo/demo.prompts.jsonl'), 'utf8').split('\n')[FLIPPED - 1]!;
  const { input } = JSON.parse(line) as { input: string };
  const messages = [{ role: 'user', content: input }];
  const under = await startTestEngine(join(ROOT, 'media'));
  try {
    const models = {
      baseline: (await under.engine.open('bundled:organism-instruct', ROOT, NEVER)).model,
      reasoning: (await under.engine.open('bundled:organism-sft', ROOT, NEVER)).model,
    };
    const generated = {
      baseline: await said(under, models.baseline),
      reasoning: await said(under, models.reasoning),
    };
    const ids = generated.reasoning.ids;
    const rows = async (model: string) =>
      under.lines<ScoreRow>('/v1/score', { model, messages, ids, top: 1_000_000 });
    const [b, r] = [await rows(models.baseline), await rows(models.reasoning)];
    return {
      input,
      trace: { baseline: generated.baseline.trace, reasoning: generated.reasoning.trace },
      answer: { baseline: generated.baseline.answer, reasoning: generated.reasoning.answer },
      tokens: generated.reasoning.texts.map((text, t) => ({
        text,
        klForward: kl(r[t]!, b[t]!),
        surprisal: { baseline: -logprob(b[t]!, ids[t]!), reasoning: -logprob(r[t]!, ids[t]!) },
      })),
    };
  } finally {
    await under.dispose();
  }

  async function said(engine: EngineUnderTest, model: string) {
    const body = { model, messages, temperature: 0, seed: 1, max_tokens: 512, stream: true };
    const choices = (await chat(engine, body)).flatMap((chunk) => chunk.choices);
    return {
      trace: choices.map(({ delta }) => delta.reasoning_content ?? '').join(''),
      answer: choices.map(({ delta }) => delta.content ?? '').join(''),
      ids: choices.flatMap((choice) => choice.token_ids),
      texts: choices.flatMap((choice) => choice.tokens.map((token) => token.text)),
    };
  }
}

function logprob(row: ScoreRow, id: number): number {
  const found = row.top.find((entry) => entry.id === id);
  if (!found) throw new Error(`token ${id} is not in a full list`);
  return found.logprob;
}

/** Σ p ln(p/q), normalised here. */
function kl(p: ScoreRow, q: ScoreRow): number {
  const lnQ = new Map(q.top.map(({ id, logprob }) => [id, logprob]));
  const mass = (row: ScoreRow) => Math.log(row.top.reduce((sum, entry) => sum + Math.exp(entry.logprob), 0));
  const [zp, zq] = [mass(p), mass(q)];
  return p.top.reduce((sum, { id, logprob }) => {
    const lnP = logprob - zp;
    return sum + Math.exp(lnP) * (lnP - (lnQ.get(id)! - zq));
  }, 0);
}

export interface VisibleToken {
  index: number;
  text: string;
  kl: number;
  section: 'trace' | 'answer';
  /** UTF-16 offsets in the section's text. */
  start: number;
  end: number;
}

/** The reasoning model's tokens with their place in its trace or answer. */
export function visibleTokens({ tokens, trace, answer }: Reference): VisibleToken[] {
  const raw = tokens.map((token) => token.text).join('');
  const starts = { trace: raw.indexOf(trace.reasoning), answer: raw.lastIndexOf(answer.reasoning) };
  let offset = 0;
  return tokens.flatMap(({ text, klForward }, index) => {
    const from = offset;
    offset += text.length;
    for (const section of ['trace', 'answer'] as const) {
      const start = from - starts[section];
      const length = (section === 'trace' ? trace : answer).reasoning.length;
      if (length > 0 && start >= 0 && start + text.length <= length) {
        return [{ index, text, kl: klForward, section, start, end: start + text.length }];
      }
    }
    return [];
  });
}
