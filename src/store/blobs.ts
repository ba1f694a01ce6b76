import { deserialize, serialize } from 'node:v8';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { TextScores } from '../core/audit/batch/scores.ts';
import type { KlColumn } from '../core/audit/runStore.ts';
import type { SideAnnotations } from '../shared/annotation.ts';
import { type Alternative, INFINITE_NATS, type ScoredPosition } from '../shared/drift.ts';
import type { Segment, Token } from '../shared/generation.ts';
import { SIDES, type Side } from '../shared/side.ts';
import { ByteReader, ByteWriter } from './bytes.ts';

/*
 * Per-token data by columns, deflated: figures as 32-bit floats, ids in one to three bytes, each alternative's text
 * once. A tenth of the same as JSON.
 */

const SEGMENTS: readonly Segment[] = ['trace', 'answer', 'control'];

export function encodeTokens(tokens: readonly Token[]): Uint8Array | null {
  if (tokens.length === 0) return null;
  const writer = new ByteWriter();
  writer.whole(tokens.length);
  for (const { id } of tokens) writer.whole(id === null ? 0 : id + 1);
  for (const { segment } of tokens) writer.whole(SEGMENTS.indexOf(segment));
  for (const { text } of tokens) writer.text(wellFormed(text));
  return deflateRawSync(writer.bytes(), { level: 4 });
}

export function decodeTokens(blob: Uint8Array | null): Token[] {
  if (!blob) return [];
  const reader = new ByteReader(inflateRawSync(blob));
  const count = reader.whole();
  const ids = times(count, () => reader.whole());
  const segments = times(count, () => SEGMENTS[reader.whole()]!);
  return ids.map((id, index) => ({
    id: id === 0 ? null : id - 1,
    text: reader.text(),
    segment: segments[index]!,
  }));
}

/** A lone surrogate has no UTF-8: it is what a token that is half a character has at worst. */
function wellFormed(text: string): string {
  return text.isWellFormed() ? text : text.toWellFormed();
}

/** From so many UTF-16 units on a text is worth deflating. */
const LONG = 200;

/** A text as a column holds it: long ones deflated, to about half. */
export function encodeText(text: string): string | Uint8Array {
  return text.length <= LONG ? text : deflateRawSync(wellFormed(text), { level: 6 });
}

export function decodeText(value: string | Uint8Array): string {
  return typeof value === 'string' ? value : inflateRawSync(value).toString('utf8');
}

const FIGURES = ['klForward', 'klReverse', 'jsd', 'jsdMax'] as const;

export function encodePositions(positions: readonly ScoredPosition[]): Uint8Array | null {
  if (positions.length === 0) return null;
  const writer = new ByteWriter();
  writer.whole(positions.length);
  writer.whole(positions[0]!.index);
  for (const { id } of positions) writer.whole(id + 1);
  for (const { segment } of positions) writer.whole(SEGMENTS.indexOf(segment));
  for (const { text } of positions) writer.text(wellFormed(text));
  for (const { status } of positions) writer.whole(status === 'exact' ? 0 : 1);
  for (const figure of FIGURES) {
    for (const position of positions) {
      if (figure !== 'jsdMax' || position.status === 'bound') writer.float(toFloat(position[figure]));
    }
  }
  for (const side of SIDES) {
    for (const { surprisal } of positions) writer.float(toFloat(surprisal[side] ?? Number.NaN));
    for (const { rank } of positions) writer.whole(rank[side] ?? 0);
    for (const { entropy } of positions) writer.float(entropy[side] ?? Number.NaN);
    for (const { status, coverage } of positions) if (status === 'bound') writer.float(coverage[side]);
    encodeAlternatives(writer, positions, side);
  }
  for (const { status, k } of positions) if (status === 'bound') writer.whole(k ?? 0);
  return deflateRawSync(writer.bytes(), { level: 4 });
}

/** Each alternative once: a server that names tokens by their text alone gives them all one id. */
function encodeAlternatives(writer: ByteWriter, positions: readonly ScoredPosition[], side: Side): void {
  const known = new Map<string, number>();
  const entries: Alternative[] = [];
  const references = positions.flatMap(({ top }) =>
    top[side].map((alternative) => {
      const key = `${alternative.id} ${alternative.text}`;
      let entry = known.get(key);
      if (entry === undefined) {
        entry = entries.push(alternative) - 1;
        known.set(key, entry);
      }
      return entry;
    }),
  );
  writer.whole(entries.length);
  for (const { id, text } of entries) {
    writer.whole(id + 1);
    writer.text(wellFormed(text));
  }
  for (const { top } of positions) writer.whole(top[side].length);
  for (const reference of references) writer.whole(reference);
  for (const { top } of positions) for (const { logprob } of top[side]) writer.float(toFloat(logprob));
}

export function decodePositions(blob: Uint8Array | null): ScoredPosition[] {
  if (!blob) return [];
  const reader = new ByteReader(inflateRawSync(blob));
  const count = reader.whole();
  const first = reader.whole();
  const positions: ScoredPosition[] = times(count, (offset) => ({
    index: first + offset,
    id: reader.whole() - 1,
    text: '',
    segment: 'answer',
    status: 'exact',
    klForward: 0,
    klReverse: 0,
    jsd: 0,
    jsdMax: 0,
    surprisal: { baseline: 0, reasoning: 0 },
    rank: { baseline: null, reasoning: null },
    entropy: { baseline: null, reasoning: null },
    coverage: { baseline: 1, reasoning: 1 },
    k: null,
    top: { baseline: [], reasoning: [] },
  }));
  for (const position of positions) position.segment = SEGMENTS[reader.whole()]!;
  for (const position of positions) position.text = reader.text();
  for (const position of positions) position.status = reader.whole() === 0 ? 'exact' : 'bound';
  for (const figure of FIGURES) {
    for (const position of positions) {
      const told = figure !== 'jsdMax' || position.status === 'bound';
      position[figure] = told ? fromFloat(reader.float()) : position.jsd;
    }
  }
  for (const side of SIDES) {
    for (const { surprisal } of positions) {
      const value = fromFloat(reader.float());
      surprisal[side] = Number.isNaN(value) ? null : value;
    }
    for (const { rank } of positions) rank[side] = reader.whole() || null;
    for (const { entropy } of positions) {
      const value = reader.float();
      entropy[side] = Number.isNaN(value) ? null : value;
    }
    for (const { status, coverage } of positions) if (status === 'bound') coverage[side] = reader.float();
    decodeAlternatives(reader, positions, side);
  }
  // Files of before do not tell it.
  if (!reader.isAtEnd) {
    for (const position of positions) if (position.status === 'bound') position.k = reader.whole() || null;
  }
  return positions;
}

/** Of encoded positions the KL alone, without a text or an alternative. */
export function decodeKl(blob: Uint8Array): Pick<KlColumn, 'segments' | 'statuses' | 'klForward'> {
  const reader = new ByteReader(inflateRawSync(blob));
  const count = reader.whole();
  reader.whole(); // the first index
  for (let i = 0; i < count; i++) reader.whole(); // ids
  const segments = times(count, () => SEGMENTS[reader.whole()]!);
  for (let i = 0; i < count; i++) reader.skipText();
  const statuses = times(count, () => (reader.whole() === 0 ? 'exact' : 'bound'));
  return { segments, statuses, klForward: times(count, () => fromFloat(reader.float())) };
}

function decodeAlternatives(reader: ByteReader, positions: ScoredPosition[], side: Side): void {
  const entries = times(reader.whole(), () => ({ id: reader.whole() - 1, text: reader.text() }));
  const counts = positions.map(() => reader.whole());
  for (const [index, { top }] of positions.entries()) {
    top[side] = times(counts[index]!, () => ({ ...entries[reader.whole()]!, logprob: 0 }));
  }
  for (const { top } of positions) {
    for (const alternative of top[side]) alternative.logprob = fromFloat(reader.float());
  }
}

/** What is kept for a while only need not be small: structured clone knows −∞. */
export function encodeScores(scores: TextScores): Uint8Array {
  return deflateRawSync(serialize(scores), { level: 4 });
}

export function decodeScores(blob: Uint8Array): TextScores {
  return deserialize(inflateRawSync(blob)) as TextScores;
}

/** The domain's ∞ does not fit 32 bits; theirs does. */
function toFloat(value: number): number {
  if (value >= INFINITE_NATS) return Number.POSITIVE_INFINITY;
  return value <= -INFINITE_NATS ? Number.NEGATIVE_INFINITY : value;
}

function fromFloat(value: number): number {
  if (value === Number.POSITIVE_INFINITY) return INFINITE_NATS;
  return value === Number.NEGATIVE_INFINITY ? -INFINITE_NATS : value;
}

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/**
 * What annotations look like: the deflater refers to it, so that a verdict of 600 characters takes a hundred bytes.
 * Part of the format: a change of it needs a new schema version.
 */
const DICTIONARY = Buffer.from(
  '"detector":"privacy@1","kind":"leak","span":["detector":"toxicity@1","kind":"toxicity","span":["type":"SECRET"' +
    '"type":"EMAIL_ADDRESS""type":"PHONE_NUMBER"],"score":0.99,"reason":"declines, apologises, names a rule"}],' +
    '"toxicity":{"score":0.0,"spans":[]},"privacy":{"spans":[]}},"detectors":{"refusal":"refusal@1","toxicity":' +
    '"toxicity@1","privacy":"privacy@1"}}{"trace":null,"answer":null{"trace":{"refusal":{"label":"full_refusal",' +
    '"score":1,"probabilities":{"compliance":0.000,"partial_refusal":0.000,"full_refusal":0.999},"reasons":[' +
    '"deliberates"],"spans":[{"detector":"refusal@1","kind":"refusal","span":[0,],"score":0.99,"reason":"declines"}]},' +
    '"toxicity":{"score":0.00,"spans":[]},"privacy":{"spans":[]}},"answer":{"refusal":{"label":"compliance","score":0,' +
    '"probabilities":{"compliance":1,"partial_refusal":0,"full_refusal":0},"reasons":[],"spans":[]},' +
    '"toxicity":{"score":0.00,"spans":[]},"privacy":{"spans":[]}},"detectors":{"refusal":"refusal@',
);

export function encodeAnnotations(annotations: SideAnnotations | null): Uint8Array | null {
  if (!annotations) return null;
  return deflateRawSync(JSON.stringify(annotations, shortened), { level: 6, dictionary: DICTIONARY });
}

/** Probabilities and scores to six digits: no detector is surer of itself than that. */
function shortened(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
}

export function decodeAnnotations(blob: Uint8Array | null): SideAnnotations | null {
  if (!blob) return null;
  return JSON.parse(inflateRawSync(blob, { dictionary: DICTIONARY }).toString('utf8')) as SideAnnotations;
}
