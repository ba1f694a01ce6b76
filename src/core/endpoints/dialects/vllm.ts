import { FailureError, fail } from '../../../shared/failure.ts';
import type { Prefix } from '../../drift/scoring.ts';
import type { RowsRequest, ScoredRow, TextScorer } from '../../drift/textScorer.ts';
import { type Dialect, identity } from './dialect.ts';
import { count, ids, list, record, text } from './fields.ts';
import { jsonElements } from './jsonStream.ts';
import { type ListedToken, scoredRow } from './rows.ts';
import { malformed, type Server } from './server.ts';

/**
 * vLLM: `prompt_logprobs` of a completion whose prompt is token ids. One request tokenizes the chat, one scores.
 * The logprobs are those of the raw logits, whatever the temperature.
 */
export const vllm: Dialect = {
  name: 'vLLM',
  async recognise(server, { models }, signal) {
    const card = modelCard(models, server.model);
    const version = text(record(await server.lookUp('/version', null, signal)).version);
    if (version === null && card.owned_by !== 'vllm') return null;
    const scorer = vllmScorer(server);
    return {
      identity: identity({
        server: 'vLLM',
        version,
        model: text(card.root) ?? text(card.id),
        contextLength: count(card.max_model_len),
      }),
      reach: 'top-k',
      route: 'POST /v1/completions with prompt_logprobs',
      scorer,
      tokenIds: true,
      generation: { return_token_ids: true },
      generatedIds: true,
    };
  },
};

/** Of the model in the answer of `/v1/models`; of the only one, where the name is an alias. */
export function modelCard(models: unknown, model: string): Record<string, unknown> {
  // Together's list is the answer itself.
  const cards = list(Array.isArray(models) ? models : record(models).data).map(record);
  return cards.find((card) => card.id === model) ?? (cards.length === 1 ? cards[0]! : {});
}

/** More than any vocabulary has: the refusal names the largest k. */
const TOO_MANY = 10_000_000;
/** Where a refusal does not name it. 20 is vLLM's default. */
const USUAL_LIMITS = [1_000, 100, 20, 5, 1];

export function vllmScorer(server: Server): TextScorer {
  const { label, model } = server;
  let limit: number | null = null;

  const tokenIds = async (body: object, signal: AbortSignal): Promise<number[]> => {
    const answer = record(await server.ask('/tokenize', { model, ...body }, signal));
    return ids(answer.tokens) ?? malformed(server.culprit, 'no token ids in answer to /tokenize');
  };

  const prefixIds = async (prefix: Prefix, signal: AbortSignal): Promise<number[]> => {
    const before =
      'messages' in prefix
        ? await tokenIds(
            { messages: prefix.messages, add_generation_prompt: true, add_special_tokens: false },
            signal,
          )
        : await tokenIds({ prompt: prefix.text, add_special_tokens: true }, signal);
    return before.length > 0 ? before : noStart(label);
  };

  const body = (prompt: readonly number[], k: number, temperature: number) => ({
    model,
    prompt,
    max_tokens: 1,
    temperature,
    prompt_logprobs: k,
    return_token_ids: true,
  });

  /** Asks with the largest k that the server takes; what it refuses, it names the limit of. */
  const scored = async (prompt: readonly number[], k: number, temperature: number, signal: AbortSignal) => {
    for (let top = Math.min(k, limit ?? k); ; ) {
      try {
        return { top, bytes: await server.stream('/v1/completions', body(prompt, top, temperature), signal) };
      } catch (error) {
        const lower = limitIn(error, top);
        if (lower === null) throw error;
        limit = top = lower;
      }
    }
  };

  return {
    label,
    async depth(signal) {
      if (limit === null) {
        const prompt = (await tokenIds({ prompt: 'Hi there', add_special_tokens: true }, signal)).slice(0, 2);
        const { top, bytes } = await scored(prompt, TOO_MANY, 0, signal);
        limit = top;
        for await (const _ of bytes); // to the end, so that the connection is used again
      }
      return { maxTop: limit, vocabularySize: null };
    },
    tokenize: (plain, signal) => tokenIds({ prompt: plain, add_special_tokens: false }, signal),
    async detokenize(tokens, signal) {
      const answer = record(await server.lookUp('/detokenize', { model, tokens }, signal));
      return typeof answer.prompt === 'string' ? answer.prompt : null;
    },
    pieces: async () => null, // it tells the ids of what it generates
    async fingerprint(signal) {
      const card = modelCard(await server.lookUp('/v1/models', null, signal), model);
      return text(card.root) ?? text(card.id);
    },
    prefixIds,
    async *score({ prefix, ids, k, temperature = 0 }: RowsRequest, signal): AsyncGenerator<ScoredRow> {
      const before = await prefixIds(prefix, signal);
      const { top, bytes } = await scored([...before, ...ids], k, temperature, signal);
      let at = 0;
      for await (const { value } of elements(server, bytes, ['prompt_logprobs'])) {
        const index = at++ - before.length;
        if (index < 0) continue;
        if (index >= ids.length) break;
        yield row(server, ids[index]!, record(value), top);
      }
      if (at < before.length + ids.length) {
        malformed(server.culprit, `log-probabilities of ${at} of ${before.length + ids.length} tokens`);
      }
    },
  };
}

/** `{ "<id>": {logprob, rank, decoded_token} }`: the top k, and the actual token where it is not among them. */
function row(server: Server, id: number, entries: Record<string, unknown>, k: number): ScoredRow {
  const tokens = Object.entries(entries).map(([key, value]) => {
    const { logprob, rank, decoded_token } = record(value);
    return {
      id: Number(key),
      logprob,
      rank: count(rank),
      text: typeof decoded_token === 'string' ? decoded_token : null,
    };
  });
  const actual = tokens.find((token) => token.id === id);
  if (!actual) {
    return malformed(server.culprit, `the log-probabilities of another token where token ${id} stands`);
  }
  const isTop = (token: (typeof tokens)[number]) => token.rank !== null && token.rank <= k;
  // Older versions give no rank: then the actual token is the odd one out where there is one more than was asked for.
  const ranked = tokens.every(({ rank }) => rank !== null);
  const top = ranked ? tokens.filter(isTop) : tokens.length > k ? tokens.filter((t) => t !== actual) : tokens;
  return scoredRow({ actual, rank: actual.rank, top: top satisfies ListedToken[] }, server.culprit);
}

/** `Requested prompt logprobs of 50, which is greater than max allowed: 20` */
export function limitIn(error: unknown, asked: number): number | null {
  if (!(error instanceof FailureError)) return null;
  const { kind, detail = '' } = error.failure;
  if (kind !== 'bad-request' && kind !== 'server-error') return null;
  const named =
    /max(?:imum)?(?:_logprobs)?(?: value)?(?: allowed| is| of)?\s*[:=]?\s*(\d+)/i.exec(detail) ??
    /(?:less|lower|smaller) than or equal to (\d+)|between \d+ and (\d+)|<=\s*(\d+)/i.exec(detail);
  const limit = Number(named?.slice(1).find((group) => group !== undefined) ?? Number.NaN);
  if (limit < asked) return limit;
  return /logprobs/i.test(detail) ? (USUAL_LIMITS.find((usual) => usual < asked) ?? null) : null;
}

export function noStart(label: string): never {
  return fail(
    'cannot-score',
    `${label} has no token to begin a text with, so its first token has no score.`,
    {
      remedy: 'Compare with a prompt: a chat begins with the tokens of its template.',
    },
  );
}

/** The elements of a server's answer; JSON that breaks off is a failure of the server. */
export async function* elements(server: Server, bytes: AsyncIterable<Uint8Array>, keys: readonly string[]) {
  try {
    yield* jsonElements(bytes, keys);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    malformed(server.culprit, 'JSON that is broken', error.message);
  }
}
