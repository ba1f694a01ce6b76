import type { RowsRequest, ScoredRow, TextScorer } from '../core/drift/textScorer.ts';
import { ids as idsOf, list, record } from '../core/endpoints/dialects/fields.ts';
import { type ListedToken, scoredRow } from '../core/endpoints/dialects/rows.ts';
import { malformed, serverOf } from '../core/endpoints/dialects/server.ts';
import { FailureError } from '../shared/failure.ts';
import type { ServerIdentity } from '../shared/probe.ts';
import type { Engine } from './client.ts';
import { lines } from './lines.ts';
import type { ModelIdentity, ScoreRow } from './protocol.ts';

/** What the engine says of a model, as other servers say it of theirs. */
function engineIdentity(described: ModelIdentity): ServerIdentity {
  const { id, contextLength, vocabularySize, parameters, description, chatTemplate, baseModels } = described;
  return {
    ...{ server: 'embedded engine', version: null, model: id },
    ...{ contextLength, vocabularySize, parameters, chatTemplate, baseModels },
    quantization: description.split(' ').at(-1) ?? null,
  };
}

export interface EngineScorer extends TextScorer {
  identity(signal: AbortSignal): Promise<ServerIdentity>;
  /** Made so far. */
  requests(): number;
}

/** How long the engine may read a text before its first row, in ms: other models may have their turn first. */
const SILENCE = 600_000;

/**
 * A model of the embedded engine as one of a pair of scorers, for a pair whose other model is elsewhere.
 * @param open loads the model, and returns its name for requests
 */
export function engineTextScorer(
  engine: Engine,
  label: string,
  open: (signal: AbortSignal) => Promise<string>,
): EngineScorer {
  const server = serverOf({
    label,
    model: label,
    connect: (signal) => engine.connect(signal),
    silence: SILENCE,
  });
  let described: ModelIdentity | null = null;
  const describe = async (signal: AbortSignal): Promise<ModelIdentity> => {
    described ??= await engine.describe(await open(signal), signal);
    return described;
  };

  /** The engine's own words for what went wrong, where it has any. */
  const explained = async <T>(asking: Promise<T>): Promise<T> => {
    try {
      return await asking;
    } catch (error) {
      if (!(error instanceof FailureError)) throw error;
      throw new FailureError(await engine.explain(error.failure, undefined), { cause: error });
    }
  };

  const ask = async (path: string, body: object, signal: AbortSignal) => {
    const model = await open(signal);
    return record(await explained(server.ask(path, { model, ...body }, signal)));
  };

  return {
    label,
    identity: async (signal) => engineIdentity(await describe(signal)),
    requests: () => server.requests,
    async depth(signal) {
      return { maxTop: null, vocabularySize: (await describe(signal)).vocabularySize };
    },
    async tokenize(content, signal) {
      const { tokens } = await ask('/tokenize', { content }, signal);
      return idsOf(tokens) ?? malformed(server.culprit, 'no token ids in answer to /tokenize');
    },
    async prefixIds(prefix, signal) {
      if ('text' in prefix) return null;
      const { tokens } = await ask('/tokenize', { messages: prefix.messages }, signal);
      return idsOf(tokens) ?? malformed(server.culprit, 'no token ids in answer to /tokenize');
    },
    async detokenize(tokens, signal) {
      const { content } = await ask('/detokenize', { tokens }, signal);
      return typeof content === 'string' ? content : null;
    },
    async pieces(tokens, signal) {
      const answer = await ask('/detokenize', { tokens, with_pieces: true }, signal);
      const pieces = list(answer.pieces).map((item) => record(item).piece);
      // A part of a character comes as its bytes.
      return pieces.map((piece) =>
        typeof piece === 'string' ? piece : Buffer.from(piece as number[]).toString('utf8'),
      );
    },
    async fingerprint(signal) {
      const { id, fileSize, tokenizerHash } = await describe(signal);
      return `${id} ${fileSize} ${tokenizerHash}`;
    },
    async *score({ prefix, ids, k }: RowsRequest, signal): AsyncGenerator<ScoredRow> {
      const model = await open(signal);
      const bytes = await explained(server.stream('/v1/score', { model, ...prefix, ids, top: k }, signal));
      for await (const line of lines(bytes as unknown as ReadableStream<Uint8Array>)) {
        const row = JSON.parse(line) as ScoreRow | { error: unknown };
        if ('error' in row) {
          const unknown = { kind: 'internal', message: 'The embedded engine failed.' } as const;
          throw new FailureError(await engine.explain(unknown, row));
        }
        const { id, text, logprob, rank, top, massResolution } = row;
        const actual: ListedToken = { id, logprob, text };
        yield scoredRow({ actual, rank, top, ...(massResolution && { massResolution }) }, server.culprit);
      }
    },
  };
}
