import type { UnsegmentedPosition } from '../core/drift/scoring.ts';
import type { Alternative } from '../shared/drift.ts';
import type { Failure } from '../shared/failure.ts';
import type { WantedDepth } from '../shared/pair.ts';
import type { Message } from '../shared/prompt.ts';
import type { BySide } from '../shared/side.ts';

/** What the engine's process and the process that started it say over IPC. All else goes over HTTP. */
export type ToEngine = { type: 'start'; apiKey: string };
export type FromEngine = { type: 'ready'; port: number } | { type: 'failed'; failure: Failure };

/** One model of a scoring request: an absolute path, and what stands before the scored tokens. */
export type PrefixRequest = { model: string } & ({ messages: Message[] } | { text: string });

/** The body of `POST /v1/score`. */
export type ScoreRequest = PrefixRequest & { ids: number[]; top?: number };

/** A line of the answer to `POST /v1/score`: the distribution that predicts `id`. Nats. */
export interface ScoreRow {
  id: number;
  text: string;
  logprob: number;
  /** 1 = the likeliest; null: not among `top`, which is not all. */
  rank: number | null;
  /** Null where `top` is not all. */
  entropy: number | null;
  top: Alternative[];
  /** Probability that `top` covers, 0..1. */
  mass: number;
  /** How far 1 − `mass` may be off: see `normaliseTop`. Absent: not at all. */
  massResolution?: number;
}

/** The body of `POST /v1/drift`. */
export type DriftBody = BySide<PrefixRequest> & {
  ids: number[];
  /** Alternatives to return per model and position. */
  top?: number;
  /** How many of the likeliest tokens to read. Default: see `chooseDepth`. */
  k?: WantedDepth;
};

/** A line of the answer to `POST /v1/drift`. */
export type DriftLine = UnsegmentedPosition[];

/** A line of the answer to `POST /models/load`; the last is `loaded`. */
export type LoadLine = { progress: number } | { loaded: ModelIdentity };

/** A line of the answer to `POST /models/download`; the last has `path`. Sizes in bytes. */
export type DownloadLine = { downloaded: number; total: number } | { path: string };

/** What a GGUF says of itself: what pairs are matched by. Fields that the file leaves out are null. */
export interface ModelIdentity {
  /** The absolute path: how requests name the model. */
  id: string;
  name: string | null;
  architecture: string;
  baseModels: string[];
  parameters: number | null;
  /** llama.cpp's description: `llama 7B mostly Q4_0`. */
  description: string;
  fileType: number | null;
  /** Bytes. */
  fileSize: number;
  /** Tokens that the model was trained on. */
  contextLength: number;
  vocabularySize: number;
  /** SHA-256 over every token's bytes and type, hexadecimal. */
  tokenizerHash: string;
  tokenizerModel: string;
  chatTemplate: string | null;
}

/** The answer to `GET /props`. */
export interface EngineProps {
  engine: { name: string; nodeLlamaCpp: string };
  /** The model that was asked for, or all that are loaded. */
  models: ModelIdentity[];
}

/** A token as chat chunks carry it beside OpenAI's fields. Joining `text` gives the raw text exactly. */
export interface WireToken {
  id: number;
  text: string;
  /** A control token (end of turn, begin of sequence), or one that ends a generation. */
  special: boolean;
}

/** The error body of every route; streams send it as their last line or event. Shaped as OpenAI's. */
export interface ErrorBody {
  error: { message: string; type: Failure['kind']; code: string; remedy?: string; detail?: string };
}
