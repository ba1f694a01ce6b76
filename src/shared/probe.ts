import type { Failure } from './failure.ts';
import type { BySide } from './side.ts';

/** Who answers behind an endpoint, as its own routes tell. What they leave out is null. */
export interface ServerIdentity {
  /** `vLLM`, `SGLang`, `llama-server`, `Ollama`, `embedded engine`, … */
  server: string;
  version: string | null;
  /** What it runs: a repository, a path, a GGUF. */
  model: string | null;
  /** Tokens that prompt and answer may have together. */
  contextLength: number | null;
  /** Tokens. */
  vocabularySize: number | null;
  /** Number of weights. */
  parameters: number | null;
  /** `Q4_K_M`, `fp8`, … */
  quantization: string | null;
  /** Jinja source. */
  chatTemplate: string | null;
  /** What the model was made from. */
  baseModels: string[];
}

/** What a server tells of a distribution over given text. */
export type ScoringReach =
  /** The top k, or all, of every position. */
  | 'top-k'
  /** The probability of the given tokens only: surprisal, no KL. */
  | 'actual-token'
  /** Nothing about given text; at best the probabilities of what it generates itself. */
  | 'own-generation'
  | 'none';

export type CheckResult = 'passed' | 'failed' | 'unknown';

/** One behaviour that was tried out. */
export interface ProbeCheck {
  /** Stable, for programs: `log-base`. */
  id: string;
  /** What was asked: `Log-probabilities are natural logarithms`. */
  title: string;
  result: CheckResult;
  /** What was seen, in one clause. */
  seen: string;
}

/** What one model's server can do, as tried out on a short text. */
export interface ModelProbe {
  label: string;
  /** Scheme, host and port; null: the embedded engine. */
  origin: string | null;
  identity: ServerIdentity | null;
  scoring: {
    reach: ScoringReach;
    /** By which request: `POST /v1/completions with prompt_logprobs`; null where nothing can be scored. */
    route: string | null;
    /** Most alternatives per position; null: as many as the vocabulary has. */
    maxTop: number | null;
    /** Whether tokens are named by id. By text only, tokens of one text cannot be told apart. */
    tokenIds: boolean;
    /** Whether the ids of a generated text come with it. */
    generatedIds: boolean;
  };
  checks: ProbeCheck[];
  /** Why the probe could not go on, where it could not. */
  failure: Failure | null;
  /** Requests that the probe made. */
  requests: number;
}

/** What is found out of a pair before its first score. */
export interface PairCheck {
  matching: MatchingCheck[];
  /** Why its scores are not to be believed, in one sentence; null: nothing speaks against them. */
  fault: string | null;
}

/** A property in which a baseline and the model made from it should agree. */
export interface MatchingCheck {
  id:
    | 'base-model'
    | 'lineage'
    | 'parameters'
    | 'tokenizer'
    | 'vocabulary'
    | 'chat-template'
    | 'quantization'
    | 'context';
  title: string;
  result: 'same' | 'differs' | 'unknown';
  /** What each side's server or file tells; null where it does not. */
  values: BySide<string | null>;
  /** The difference, or what else is known of it, in one clause. */
  detail?: string;
}

export interface ProbeReport {
  pair: string;
  models: BySide<ModelProbe>;
  matching: MatchingCheck[];
  /** What a comparison of the pair will give. */
  drift: 'exact' | 'bound' | 'unavailable';
  /** What to know, the most important first, one sentence each. */
  verdict: string[];
}

/** The checks that a line has room for, in the order in which they are asked after; the rest stands in the details. */
const HEADLINE: readonly MatchingCheck['id'][] = ['base-model', 'tokenizer', 'chat-template', 'quantization'];

/** What the matching card says at a glance: those four, and whatever else differs. */
export function headline(matching: readonly MatchingCheck[]): MatchingCheck[] {
  const shown = HEADLINE.flatMap((id) => matching.find((check) => check.id === id) ?? []);
  return [...shown, ...matching.filter((check) => check.result === 'differs' && !shown.includes(check))];
}

const WORDS: Record<MatchingCheck['id'], string> = {
  'base-model': 'base',
  lineage: 'lineage',
  parameters: 'size',
  tokenizer: 'tokenizer',
  vocabulary: 'vocabulary',
  'chat-template': 'template',
  quantization: 'quant',
  context: 'context',
};

/** A check in one word. */
export function matchingWord({ id }: MatchingCheck): string {
  return WORDS[id];
}
