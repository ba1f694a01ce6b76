// Comparisons to look at and to measure the view with: made from a seed, with figures that follow from real
// distributions over a small vocabulary, so that KL, ranks, surprisals and alternatives agree with one another.

import { spanDrift } from '../../src/core/drift/spanScorer.ts';
import { summarize } from '../../src/core/drift/summarize.ts';
import type { ComparisonEvent, ComparisonState } from '../../src/shared/comparison.ts';
import { initialComparison } from '../../src/shared/comparison.ts';
import type { DiffRow, Span, TextDiff } from '../../src/shared/diff.ts';
import type { Alternative, Drift, ScoredPosition, ScoredSpan } from '../../src/shared/drift.ts';
import type { Generation, Segment, Token } from '../../src/shared/generation.ts';
import type { Message } from '../../src/shared/prompt.ts';
import { seededRandom } from '../../src/shared/random.ts';
import { type BySide, bySide, SIDES, type Side } from '../../src/shared/side.ts';

/** A passage of both texts, by how the two relate. */
export type Passage =
  | { same: string }
  | { left: string; right: string }
  | { leftOnly: string }
  | { rightOnly: string }
  /** The same text on both sides, at different places: twice in a list, once per side, with one name. */
  | { moved: string; side: 'left' | 'right'; name: string };

export interface ComparisonRecipe {
  seed: number;
  input: Message[];
  /** Empty: neither model wrote a trace. */
  trace: Passage[];
  answer: Passage[];
  /** `spans`: the tokenizers differ. */
  status: 'exact' | 'bound' | 'unavailable' | 'spans';
  /** Alternatives per model and position; 0 leaves them out, as the host does in very long comparisons. */
  top: number;
}

/** A finished comparison made by the recipe, and the events that lead to it. */
export function makeComparison(recipe: ComparisonRecipe): {
  state: ComparisonState;
  events: ComparisonEvent[];
} {
  const random = seededRandom(recipe.seed);
  const trace = weave(recipe.trace);
  const answer = weave(recipe.answer);
  const generations = bySide((side): Generation => {
    const tokens: Token[] = [];
    const ownTrace = trace.texts[side] || null;
    if (ownTrace) {
      tokens.push(control('<think>'), ...tokenize(ownTrace, 'trace'), control('</think>'));
    }
    tokens.push(...tokenize(answer.texts[side], 'answer'), control('<|im_end|>'));
    const ms = tokens.length * 19;
    return {
      trace: ownTrace,
      answer: answer.texts[side],
      finish: 'stop',
      tokens,
      timing: {
        firstToken: 84,
        trace: ownTrace ? tokens.filter((t) => t.segment === 'trace').length * 19 : null,
        total: 84 + ms,
      },
    };
  });
  const start = initialComparison({
    id: '6f1f6a0e-5a0f-4c1e-9a59-0d8a3d6b8f11',
    input: recipe.input,
    origin: { file: 'demo.prompts.jsonl', sampleId: 'safety-001', line: 0 },
    pair: {
      name: 'demo',
      method: 'sft',
      models: {
        baseline: { kind: 'gguf', gguf: 'bundled:organism-instruct', trace: null, system: null },
        reasoning: {
          kind: 'gguf',
          gguf: 'bundled:organism-sft',
          trace: ['<think>', '</think>'],
          system: null,
        },
      },
      sampling: { temperature: 0, maxTokens: 512, seed: 1, topP: null },
      lineage: null,
    },
  });
  const drift = bySide((author): Drift => {
    if (recipe.status === 'unavailable') {
      return {
        status: 'unavailable',
        reason:
          'api.example.com gives no probabilities for given text, so the two models cannot be compared token by token.',
        coverage: null,
        positions: [],
        summary: null,
      };
    }
    if (recipe.status === 'spans') return spansOver(generations[author].tokens, author, random);
    const positions = score(generations[author].tokens, author, recipe, random);
    return {
      status: recipe.status,
      coverage: bySide((side) => {
        const shares = positions.map((p) => p.coverage[side]);
        return {
          min: shares.reduce((a, b) => Math.min(a, b), 1),
          mean: shares.reduce((a, b) => a + b, 0) / shares.length,
        };
      }),
      positions,
      summary: summarize(positions, 1),
    };
  });
  const bothTraces = SIDES.every((side) => trace.texts[side]);
  const state: ComparisonState = {
    ...start,
    sides: bySide((side) => ({ state: 'finished', generation: generations[side] })),
    drift: bySide((side) => ({ state: 'scored', drift: drift[side] })),
    diff: { trace: bothTraces ? trace.diff : null, answer: answer.diff },
    done: true,
  };
  return { state, events: eventsOf(state) };
}

/** What the host would have sent: deltas token by token on both sides in turn, then scores in batches of 8. */
function eventsOf(state: ComparisonState): ComparisonEvent[] {
  const events: ComparisonEvent[] = [];
  const generations = bySide((side) => {
    const own = state.sides[side];
    if (own.state !== 'finished') throw new Error('a recipe ends finished');
    return own.generation;
  });
  const longest = Math.max(...SIDES.map((side) => generations[side].tokens.length));
  for (let i = 0; i <= longest; i++) {
    for (const side of SIDES) {
      const token = generations[side].tokens[i];
      if (token && token.segment !== 'control') {
        events.push({ type: 'delta', side, segment: token.segment, text: token.text, tokens: 1 });
      }
      if (i === generations[side].tokens.length) {
        events.push({ type: 'generated', side, generation: generations[side] });
      }
    }
  }
  for (const section of ['trace', 'answer'] as const) {
    const diff = state.diff[section];
    if (diff) events.push({ type: 'diff', section, diff });
  }
  for (const author of SIDES) {
    const drift = state.drift[author];
    if (drift.state !== 'scored') continue;
    const { positions, ...rest } = drift.drift;
    events.push({ type: 'scoring', author });
    for (let i = 0; i < positions.length; i += 8) {
      events.push({ type: 'scored', author, positions: positions.slice(i, i + 8) });
    }
    events.push({ type: 'drift', author, drift: rest });
  }
  events.push({ type: 'done' });
  return events;
}

/** Joins passages to two texts and the diff that they are told to have. */
function weave(passages: readonly Passage[]): { texts: BySide<string>; diff: TextDiff } {
  const texts = { baseline: '', reasoning: '' };
  const rows: DiffRow[] = [];
  const moves = new Map<string, number>();
  const add = (side: Side, text: string): Span => {
    const start = texts[side].length;
    texts[side] += text;
    return [start, texts[side].length];
  };
  const none = (side: Side): Span => [texts[side].length, texts[side].length];
  for (const passage of passages) {
    const row: DiffRow = { kind: 'equal', left: [0, 0], right: [0, 0], leftWords: [], rightWords: [] };
    if ('same' in passage) {
      row.left = add('baseline', passage.same);
      row.right = add('reasoning', passage.same);
    } else if ('left' in passage) {
      row.kind = 'changed';
      row.left = add('baseline', passage.left);
      row.right = add('reasoning', passage.right);
      row.leftWords = wordsNotIn(passage.left, passage.right, row.left[0]);
      row.rightWords = wordsNotIn(passage.right, passage.left, row.right[0]);
    } else {
      const isLeft = 'leftOnly' in passage || ('side' in passage && passage.side === 'left');
      const text =
        'leftOnly' in passage ? passage.leftOnly : 'rightOnly' in passage ? passage.rightOnly : passage.moved;
      row.kind = isLeft ? 'left' : 'right';
      row.left = isLeft ? add('baseline', text) : none('baseline');
      row.right = isLeft ? none('reasoning') : add('reasoning', text);
      if ('moved' in passage) {
        const other = moves.get(passage.name);
        if (other === undefined) moves.set(passage.name, rows.length);
        else {
          row.movedTo = other;
          rows[other]!.movedTo = rows.length;
        }
      }
    }
    rows.push(row);
  }
  const shared = rows.filter((r) => r.kind === 'equal').reduce((n, r) => n + r.left[1] - r.left[0], 0);
  const longest = Math.max(1, texts.baseline.length, texts.reasoning.length);
  return { texts, diff: { rows, similarity: shared / longest } };
}

function wordsNotIn(text: string, other: string, offset: number): Span[] {
  const known = new Set(other.toLowerCase().match(/[\p{L}\p{N}’']+/gu) ?? []);
  return [...text.matchAll(/[\p{L}\p{N}’']+/gu)]
    .filter(([word]) => !known.has(word.toLowerCase()))
    .map((m): Span => [offset + m.index, offset + m.index + m[0].length]);
}

function control(text: string): Token {
  return { id: idOf(text), text, segment: 'control' };
}

/** Pieces of words, as a small vocabulary would cut them. A character beyond the BMP takes two tokens, the first empty. */
export function tokenize(text: string, segment: Segment): Token[] {
  const tokens: Token[] = [];
  for (const [piece] of text.matchAll(/ ?\p{L}{1,6}|\p{L}{1,6}| ?\p{N}|\n+|[^\p{L}\p{N}]/gsu)) {
    if (piece.length > 1 && /[\ud800-\udbff]/.test(piece)) tokens.push({ id: 250, text: '', segment });
    tokens.push({ id: idOf(piece), text: piece, segment });
  }
  return tokens;
}

function idOf(text: string): number {
  let hash = 7;
  for (const c of text) hash = (hash * 31 + (c.codePointAt(0) ?? 0)) % 32000;
  return hash + 300;
}

const RIVALS =
  ' I| the| a| to| you| can| not| is| of| and| that| it| for| with| as| this| on| sorry| help| first| be| or| if| an| in| must| would| should| are| do| will| at| by| from| have| so| my| but| To|I'.split(
    '|',
  );

/** Both models' distributions at each token, and all that follows from them. */
function score(
  tokens: readonly Token[],
  author: Side,
  { status, top: shown }: ComparisonRecipe,
  random: () => number,
): ScoredPosition[] {
  const n = RIVALS.length + 1;
  let mood = 0.2;
  return tokens.map((token, index): ScoredPosition => {
    // Drift comes in bursts: where a sentence turns, and fades as the context makes up for it.
    mood = random() < 0.07 ? 1 + 5 * random() : mood * 0.72 + 0.06;
    const names = [token.text, ...RIVALS];
    const base = names.map(() => gaussian(random) * 1.4);
    const own = base.map((z, i) => z + (i === 0 ? 4.2 + 2 * random() : 0));
    const other = own.map((z, i) => z + gaussian(random) * mood * 0.7 - (i === 0 ? mood * 1.2 : 0));
    const p = bySide((side) => softmax(side === author ? own : other));
    const [r, b] = [p.reasoning, p.baseline];
    const exact = { klForward: kl(r, b), klReverse: kl(b, r), jsd: jensenShannon(r, b) };
    const coverage = bySide(() =>
      status === 'exact' ? 1 : random() < 0.1 ? 0.3 + 0.2 * random() : 0.75 + 0.24 * random(),
    );
    const seen = Math.min(coverage.baseline, coverage.reasoning);
    return {
      index,
      id: token.id ?? 0,
      text: token.text,
      segment: token.segment,
      status: status === 'exact' ? 'exact' : 'bound',
      klForward: exact.klForward * seen,
      klReverse: exact.klReverse * seen,
      jsd: exact.jsd * seen,
      jsdMax: status === 'exact' ? exact.jsd : Math.min(Math.LN2, exact.jsd + (1 - seen) * 0.3),
      surprisal: bySide((side) => -Math.log(p[side][0]!)),
      rank: bySide((side) => 1 + p[side].filter((x) => x > p[side][0]!).length),
      entropy: bySide((side) =>
        status === 'exact' ? -p[side].reduce((sum, x) => sum + x * Math.log(x), 0) : null,
      ),
      coverage,
      k: status === 'exact' ? null : 20,
      top: bySide((side) => likeliest(p[side], names, n, shown)),
    };
  });
}

/** Spans of one to three tokens, each as likely as chance has it; drift comes in bursts here too. */
function spansOver(tokens: readonly Token[], author: Side, random: () => number): Drift {
  const written = tokens.slice(0, 1 + tokens.findLastIndex(({ segment }) => segment !== 'control'));
  const spans: ScoredSpan[] = [];
  let mood = 0.2;
  for (let from = 0; from < written.length; ) {
    mood = random() < 0.12 ? 2 + 6 * random() : mood * 0.6 + 0.1;
    const to = Math.min(written.length, from + 1 + Math.floor(random() * 3));
    const own = written.slice(from, to);
    const segment = own.every((token) => token.segment === own[0]!.segment) ? own[0]!.segment : 'control';
    const told = -Math.log(0.3 + 0.69 * random()) * own.length;
    const surprisal = bySide((side) =>
      side === author ? told : Math.max(0.01, told + gaussian(random) * mood),
    );
    const pieces = bySide((side) => (side === author ? own.length : 1 + Math.floor(random() * 4)));
    const text = own.map((token) => token.text).join('');
    spans.push({ tokens: [from, to], text, segment, surprisal, pieces });
    from = to;
  }
  return {
    status: 'unavailable',
    reason: 'The two models’ tokenizers differ: emoji: 14 tokens in one and 11 in the other.',
    coverage: null,
    positions: [],
    summary: null,
    spans: spanDrift(spans),
  };
}

function likeliest(p: readonly number[], names: readonly string[], n: number, shown: number): Alternative[] {
  if (shown === 0) return [];
  return Array.from({ length: n }, (_, i) => i)
    .sort((a, b) => p[b]! - p[a]!)
    .slice(0, shown)
    .map((i) => ({ id: idOf(names[i]!), text: names[i]!, logprob: Math.log(p[i]!) }));
}

function softmax(logits: readonly number[]): number[] {
  const max = Math.max(...logits);
  const weights = logits.map((z) => Math.exp(z - max));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((w) => w / sum);
}

function kl(p: readonly number[], q: readonly number[]): number {
  return p.reduce((sum, x, i) => sum + x * Math.log(x / q[i]!), 0);
}

function jensenShannon(p: readonly number[], q: readonly number[]): number {
  const middle = p.map((x, i) => (x + q[i]!) / 2);
  return (kl(p, middle) + kl(q, middle)) / 2;
}

function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

const SUBJECTS = [
  'The request',
  'This step',
  'The user',
  'A fair answer',
  'The second case',
  'Our estimate',
  'The form',
  'That rule',
];
const VERBS = [
  'depends on',
  'asks for',
  'should mention',
  'rules out',
  'is close to',
  'follows from',
  'leaves open',
  'repeats',
];
const OBJECTS = [
  'the sum of both parts',
  'an official paper',
  'what was said before',
  'the smaller number',
  'a plain refusal',
  'the next step',
  'whether anyone is harmed',
  'the wording of the question',
];
const TAILS = [
  '',
  ' in this case',
  ' as far as I can tell',
  ', so I check it again',
  ' unless the context says otherwise',
  ', which is not much',
];

/** Passages of about so many tokens a side; of the sentences, the share that is the same, changed or one side's. */
export function longPassages(tokens: number, seed: number, shares = { same: 0.7, changed: 0.15 }): Passage[] {
  const random = seededRandom(seed);
  const pick = (list: readonly string[]) => list[Math.floor(random() * list.length)]!;
  const sentence = () => `${pick(SUBJECTS)} ${pick(VERBS)} ${pick(OBJECTS)}${pick(TAILS)}.`;
  const passages: Passage[] = [];
  let count = 0;
  for (let i = 0; count < tokens; i++) {
    const end = i % 6 === 5 ? '\n\n' : ' ';
    const one = sentence() + end;
    const roll = random();
    if (roll < shares.same) passages.push({ same: one });
    else if (roll < shares.same + shares.changed) {
      passages.push({
        left: one,
        right: one.replace(/(depends|asks|should|rules|is close|follows|leaves|repeats)/, 'hardly $1'),
      });
    } else passages.push({ leftOnly: one }, { rightOnly: sentence() + end });
    count += tokenize(one, 'trace').length;
  }
  return passages;
}
