import type { BySide } from './side.ts';

/** How a reasoning model was made from its base. */
export const METHODS = ['sft', 'rl', 'distillation', 'other'] as const;
export type Method = (typeof METHODS)[number];

/** A model behind an OpenAI-compatible server. */
export interface RemoteModel {
  kind: 'remote';
  /** Base URL, with `/v1` where the server has it. */
  url: string;
  model: string;
  /** `${env:NAME}` as written; null: look in the secret store under the URL's origin. Never a key itself. */
  keyReference: { env: string } | null;
}

/** A GGUF run by the embedded engine. `gguf` is a path, `bundled:NAME` or `hf:user/repo:file`. */
export interface GgufModel {
  kind: 'gguf';
  gguf: string;
}

export type ModelReference = (RemoteModel | GgufModel) & {
  /** What begins and ends a trace in the raw text, where the server does not separate it. */
  trace: TraceDelimiters | null;
  /** A system prompt put before the messages. */
  system: string | null;
  /**
   * The part of {@link system} that asks for a trace between {@link trace}, as the pair file's `elicitTrace` says. What
   * shows such a trace says that it is elicited. Absent: a trace is the model's own doing.
   */
  elicited?: string;
};

export type TraceDelimiters = readonly [open: string, close: string];

export interface Sampling {
  temperature: number;
  /** Most tokens to generate, trace included. */
  maxTokens: number;
  seed: number | null;
  topP: number | null;
}

/**
 * How many of the likeliest tokens to read of each distribution that is scored. With `all`, KL is exact; with less it is
 * a lower bound.
 */
export type WantedDepth = number | 'all';

export interface Lineage {
  base?: string;
  notes?: string;
}

/** A baseline and the reasoning model made from it, as the pair file declares them. */
export interface Pair {
  name: string;
  method: Method;
  models: BySide<ModelReference>;
  sampling: Sampling;
  lineage: Lineage | null;
  /** Absent: as deep as is of use and not too dear, see `chooseDepth`. */
  scoring?: { k: WantedDepth };
  /** Judges that every comparison of the pair asks, as it asked for. Absent: none, and no text leaves the models. */
  judges?: JudgeReference[];
}

/** A judge behind a server: what it says stands beside the detectors' verdicts, under its name. */
export type JudgeReference = {
  /** As `driftscope.json` calls it; goes into every result. */
  name: string;
} & (
  | {
      /** An OpenAI-compatible `POST /v1/moderations`. */
      kind: 'moderation';
      /** Base URL, with `/v1` where the server has it. */
      url: string;
      /** Null: the server's own choice. */
      model: string | null;
      keyReference: RemoteModel['keyReference'];
    }
  | {
      /** A text-classification endpoint as Hugging Face's servers have it: `POST {inputs}` → `[[{label, score}]]`. */
      kind: 'classifier';
      /** The address of the route itself. */
      url: string;
      /** What the classifier's labels mean; null: by their usual names. */
      labels: Record<string, JudgedMeaning> | null;
      keyReference: RemoteModel['keyReference'];
    }
  | {
      /** Any model, asked for its verdict in JSON. */
      kind: 'llm';
      model: ModelReference;
    }
);

/** What a label of a classifier may stand for. `no …` is the label of texts without it. */
export const JUDGED_MEANINGS = [
  'refusal',
  'no refusal',
  'toxicity',
  'no toxicity',
  'leak',
  'no leak',
  'ignore',
] as const;
export type JudgedMeaning = (typeof JUDGED_MEANINGS)[number];

/** A model's name as views and reports show it. */
export function modelLabel(model: ModelReference): string {
  return model.kind === 'remote' ? model.model : model.gguf.replace(/^bundled:/, '').replace(/^.*[/\\]/, '');
}
