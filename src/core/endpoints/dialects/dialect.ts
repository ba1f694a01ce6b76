import type { ScoringReach, ServerIdentity } from '../../../shared/probe.ts';
import type { TextScorer } from '../../drift/textScorer.ts';
import type { Server } from './server.ts';

/** A server whose dialect is known. */
export interface KnownServer {
  identity: ServerIdentity;
  reach: ScoringReach;
  /** The request that scores; null where nothing can be scored. */
  route: string | null;
  /** Scores given text; null where the server has no route for it. */
  scorer: TextScorer | null;
  /** Why KL cannot be had, where `reach` is not `top-k`. One sentence. */
  unavailable?: string;
  /** Whether alternatives are named by ids. Else by texts, of which several tokens may have one. */
  tokenIds: boolean;
  /** A request scores one position: what is tried out is short. */
  perPosition?: boolean;
  /** Fields with which a chat completion brings the ids of what it generates, or their log-probabilities. */
  generation: Record<string, unknown>;
  /** Whether the ids come with those. */
  generatedIds: boolean;
}

/** What {@link Dialect.recognise} may go by. */
export interface Clues {
  /** The answer of `/v1/models`; null: there is none. */
  models: unknown;
  /** Of the URL, in lower case. */
  host: string;
}

/** One kind of server. */
export interface Dialect {
  name: string;
  /** Null where the server is of another kind. */
  recognise(server: Server, clues: Clues, signal: AbortSignal): Promise<KnownServer | null>;
}

/** An identity with what is known of it. */
export function identity(known: Partial<ServerIdentity> & Pick<ServerIdentity, 'server'>): ServerIdentity {
  return {
    version: null,
    model: null,
    contextLength: null,
    vocabularySize: null,
    parameters: null,
    quantization: null,
    chatTemplate: null,
    baseModels: [],
    ...known,
  };
}
