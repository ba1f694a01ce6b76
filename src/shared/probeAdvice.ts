import type { ModelProbe, ProbeReport } from './probe.ts';
import { SIDES } from './side.ts';

const ANY_SERVER = 'Serve it with vLLM, SGLang or llama-server, or as a GGUF file in the embedded engine.';
const EMBEDDED =
  'Both models as GGUF files in the embedded engine give exact KL, with "scoring": { "k": "all" } where the vocabulary is large.';
const ALL =
  'Both servers can list the whole vocabulary: with "scoring": { "k": "all" } in the pair file KL is exact, and takes longer.';

/** What to do for more than a comparison of the pair gives now, the most effective first. Empty where it gives all. */
export function adviceFor({ drift, models, matching }: ProbeReport): string[] {
  if (drift === 'exact') return [];
  const advice = SIDES.flatMap((side) => {
    const model = models[side];
    const own = drift === 'bound' ? forTighterBounds(model) : forAnyDrift(model);
    return own.map((line) => `${side === 'baseline' ? 'Baseline' : 'Reasoning model'}: ${line}`);
  });
  if (matching.some(({ id, result }) => id === 'tokenizer' && result === 'differs')) {
    advice.push('For KL, compare models that come from one base and share its tokenizer.');
  }
  if (drift === 'bound') advice.push(SIDES.every((side) => listsAll(models[side])) ? ALL : EMBEDDED);
  return advice;
}

function listsAll({ identity, scoring: { maxTop } }: ModelProbe): boolean {
  return maxTop === null || (identity?.vocabularySize != null && maxTop >= identity.vocabularySize);
}

function forTighterBounds({ identity, scoring: { maxTop } }: ModelProbe): string[] {
  if (maxTop === null || maxTop >= 1_000) return [];
  return identity?.server === 'vLLM'
    ? [`start vLLM with a larger --max-logprobs than ${maxTop}: the more it lists, the tighter the bound.`]
    : [`its server lists ${maxTop} tokens at most; one that lists more gives a tighter bound.`];
}

function forAnyDrift({ failure, scoring, checks, identity }: ModelProbe): string[] {
  if (failure) return []; // its remedy stands with it
  if (scoring.reach !== 'top-k') return [ANY_SERVER];
  const values = checks.find(({ id, result }) => id === 'values' && result === 'failed');
  if (values && identity?.server === 'vLLM') {
    return ['start vLLM with --logprobs-mode raw_logprobs, so that it tells log-probabilities.'];
  }
  return checks.some(({ result }) => result === 'failed')
    ? ['what fails above is its server’s own doing: look into its options and its version.']
    : [];
}
