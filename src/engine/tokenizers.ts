import { basename } from 'node:path';
import { fail } from '../shared/failure.ts';
import type { LoadedModel } from './models.ts';
import { plainTokens } from './prompt.ts';
import { vocabularyDifference } from './vocabulary.ts';

/** Text on which tokenizers that differ in merges, normalisation or white space disagree. */
const PROBE = [
  'The quick brown fox, 3.14159 × 2 = 6.28318; “naïve” façade—Ünïcödé!',
  '你好，世界。日本語のテキスト 한국어',
  '😀👩‍👩‍👧‍👦🏳️‍🌈 e\u0301 \u00a0\u200b',
  '  two   three    four\t\ttabs\n\n\nlines \r\n end ',
  'def f(x):\n    return {k: v**2 for k, v in x.items() if v != 0}  # <b>&amp;</b>',
].join('\n');

/**
 * Verifies that ids of one model mean the same to the other: their vocabularies, and a probe text.
 * @throws FailureError `tokenizers-differ`
 */
export function requireSameTokenizer(a: LoadedModel, b: LoadedModel): void {
  if (a === b) return;
  const difference = vocabularyDifference(a.vocabulary, b.vocabulary) ?? probeDifference(a, b);
  if (difference === null) return;
  const names = [a, b].map((model) => basename(model.identity.id)).join(' and ');
  fail('tokenizers-differ', `${names} have different tokenizers: ${difference}.`, {
    remedy: 'KL per token needs one vocabulary: compare models that come from the same base.',
    detail: difference,
  });
}

function probeDifference(a: LoadedModel, b: LoadedModel): string | null {
  const [left, right] = [a, b].map((model) => plainTokens(model, PROBE));
  const same = left!.length === right!.length && left!.every((id, i) => id === right![i]);
  return same ? null : 'they cut the same text into different tokens';
}
