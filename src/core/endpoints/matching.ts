import type { Lineage } from '../../shared/pair.ts';
import type { MatchingCheck, ServerIdentity } from '../../shared/probe.ts';
import { type BySide, bySide, SIDES } from '../../shared/side.ts';

/**
 * What a baseline and the model made from it should have in common, from what their servers tell and what the pair file
 * declares. What a server leaves out makes the answer unknown, never the same.
 *
 * @param tokenizers null: verified to be the same; undefined: not found out; else how they differ
 */
export function matching(
  identities: BySide<ServerIdentity | null>,
  tokenizers: string | null | undefined,
  lineage: Lineage | null,
): MatchingCheck[] {
  const compared = (
    id: MatchingCheck['id'],
    title: string,
    describe: (identity: ServerIdentity) => string | null,
  ): MatchingCheck => {
    const values = bySide((side) => {
      const identity = identities[side];
      return identity && describe(identity);
    });
    const { baseline, reasoning } = values;
    const result =
      baseline === null || reasoning === null ? 'unknown' : baseline === reasoning ? 'same' : 'differs';
    return { id, title, result, values };
  };
  const tokenizer: MatchingCheck = {
    id: 'tokenizer',
    title: 'Tokenizer',
    result: tokenizers === null ? 'same' : tokenizers === undefined ? 'unknown' : 'differs',
    values: { baseline: null, reasoning: null },
    ...(tokenizers && { detail: tokenizers }),
    ...(tokenizers === null && { detail: 'both cut the probe texts into the same ids' }),
  };
  return [
    baseModel(identities),
    declared(identities, lineage),
    compared('parameters', 'Parameters', ({ parameters }) =>
      parameters === null ? null : count(parameters),
    ),
    tokenizer,
    compared('vocabulary', 'Vocabulary', ({ vocabularySize }) =>
      vocabularySize === null ? null : count(vocabularySize),
    ),
    chatTemplate(
      identities,
      compared(
        'chat-template',
        'Chat template',
        ({ chatTemplate }) => chatTemplate && fingerprint(chatTemplate),
      ),
    ),
    compared('quantization', 'Quantization', ({ quantization }) => quantization),
    compared('context', 'Context length', ({ contextLength }) =>
      contextLength === null ? null : count(contextLength),
    ),
  ];
}

/** The same where both were made from one model, or one of them from the other. */
function baseModel(identities: BySide<ServerIdentity | null>): MatchingCheck {
  const check = { id: 'base-model', title: 'Base model', values: basesOf(identities) } as const;
  const { baseline, reasoning } = identities;
  const names = bySide((side) => new Set((identities[side]?.baseModels ?? []).map(comparable)));
  if (reasoning && baseline?.model && names.reasoning.has(comparable(baseline.model))) {
    return { ...check, result: 'same', detail: 'the reasoning model was made from the baseline itself' };
  }
  if (names.baseline.size === 0 || names.reasoning.size === 0) return { ...check, result: 'unknown' };
  const shared = [...names.baseline].some((name) => names.reasoning.has(name));
  return { ...check, result: shared ? 'same' : 'differs' };
}

/** What the researcher declares, beside what the models tell. Nobody contradicting it does not make it so. */
function declared(identities: BySide<ServerIdentity | null>, lineage: Lineage | null): MatchingCheck {
  const check = { id: 'lineage', title: 'Declared lineage', values: basesOf(identities) } as const;
  const base = lineage?.base;
  if (base === undefined) {
    const values = bySide(() => null);
    return { ...check, values, result: 'unknown', detail: 'the pair file declares no base model' };
  }
  // The base itself may be one of the two.
  const told = SIDES.map((side) => {
    const { baseModels = [], model = null } = identities[side] ?? {};
    if (baseModels.length === 0) return null;
    return [...baseModels, ...(model === null ? [] : [model])].some(
      (name) => comparable(name) === comparable(base),
    );
  });
  const detail = [`declared: ${base}`, lineage?.notes].filter(Boolean).join('; ');
  return {
    ...check,
    result: told.includes(false) ? 'differs' : told.includes(null) ? 'unknown' : 'same',
    detail,
  };
}

function basesOf(identities: BySide<ServerIdentity | null>): MatchingCheck['values'] {
  return bySide((side) => identities[side]?.baseModels.toSorted().join(', ') || null);
}

/** `Qwen/Qwen2.5-7B`, `Qwen2.5 7B` and `/models/qwen2.5-7b.gguf` as one name. */
function comparable(name: string): string {
  const last = name.replace(/[/\\]+$/, '').replace(/^.*[/\\]/, '');
  return last
    .toLowerCase()
    .replace(/\.gguf$/, '')
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/** How much of two templates is shown around the place where they part. UTF-16 units. */
const SHOWN = 40;

function chatTemplate(identities: BySide<ServerIdentity | null>, check: MatchingCheck): MatchingCheck {
  const [one, other] = SIDES.map((side) => identities[side]?.chatTemplate ?? '');
  if (check.result !== 'differs') return check;
  let at = 0;
  while (one![at] === other![at]) at++;
  const from = (template: string) =>
    at < template.length ? JSON.stringify(template.slice(at, at + SHOWN)) : 'its end';
  return {
    ...check,
    detail: `they part after ${at} ${at === 1 ? 'character' : 'characters'}: ${from(one!)} and ${from(other!)}`,
  };
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** FNV-1a, to tell two templates apart at a glance. */
function fingerprint(template: string): string {
  let hash = 0x811c9dc5;
  for (const unit of template) hash = Math.imul(hash ^ unit.codePointAt(0)!, 0x01000193) >>> 0;
  return `${hash.toString(16).padStart(8, '0')}, ${template.length} characters`;
}
