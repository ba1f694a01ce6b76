import { fail } from '../../../shared/failure.ts';
import type { Prefix } from '../../drift/scoring.ts';
import type { Depth, RowsRequest, ScoredRow, TextScorer } from '../../drift/textScorer.ts';
import { type Dialect, identity } from './dialect.ts';
import { count, ids, list, record, text } from './fields.ts';
import { jsonElements } from './jsonStream.ts';
import { type ListedToken, scoredRow } from './rows.ts';
import { malformed, type Server } from './server.ts';
import { topLimit } from './topLimit.ts';
import { vllmChatScorer } from './vllmChat.ts';

/**
 * vLLM: `prompt_logprobs` of a completion whose prompt is token ids. One request tokenizes the chat, one scores. Where only
 * chats are let through, {@link vllmChatScorer}.
 * The logprobs are those of the raw logits, whatever the temperature.
 */
export const vllm: Dialect = {
  name: 'vLLM',
  async recognise(server, { models }, signal) {
    const card = modelCard(models, server.model);
    const version = text(record(await server.lookUp('/version', null, signal)).version);
    if (version === null && card.owned_by !== 'vllm') return null;
    const byIds = await takesIds(server, signal);
    const scorer = byIds ? vllmScorer(server) : vllmChatScorer(server);
    return {
      identity: identity({
        server: 'vLLM',
        version,
        model: text(card.root) ?? text(card.id),
        contextLength: count(card.max_model_len),
      }),
      reach: 'top-k',
      route: byIds
        ? 'POST /v1/completions with prompt_logprobs'
        : 'POST /v1/chat/completions with prompt_logprobs and continue_final_message',
      scorer,
      tokenIds: true,
      // What takes text cannot score ids: it scores what it cuts the text into.
      generation: byIds ? { return_token_ids: true } : {},
      generatedIds: byIds,
    };
  },
};

/** Gateways may let chats through only, and then there is no way but to have the text as the beginning of an answer. */
async function takesIds(server: Server, signal: AbortSignal): Promise<boolean> {
  const body = { model: server.model, prompt: [1, 2], max_tokens: 1, temperature: 0, prompt_logprobs: 1 };
  const answer = record(await server.lookUp('/v1/completions', body, signal));
  return 'prompt_logprobs' in record(list(answer.choices)[0]);
}

/** Of the model in the answer of `/v1/models`; of the only one, where the name is an alias. */
export function modelCard(models: unknown, model: string): Record<string, unknown> {
  // Together's list is the answer itself.
  const cards = list(Array.isArray(models) ? models : record(models).data).map(record);
  return cards.find((card) => card.id === model) ?? (cards.length === 1 ? cards[0]! : {});
}

/** More than any vocabulary has: the refusal names the largest k. */
export const TOO_MANY = 10_000_000;

export function vllmScorer(server: Server): TextScorer {
  const { label, model } = server;
  const limit = topLimit(null);
  let depth: Depth | null = null;

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

  const scored = (prompt: readonly number[], k: number, temperature: number, signal: AbortSignal) =>
    limit.ask(k, (top) => server.stream('/v1/completions', body(prompt, top, temperature), signal));

  return {
    label,
    async depth(signal) {
      if (!depth) {
        const prompt = (await tokenIds({ prompt: 'Hi there', add_special_tokens: true }, signal)).slice(0, 2);
        const { top, answer } = await scored(prompt, TOO_MANY, 0, signal);
        for await (const _ of answer); // to the end, so that the connection is used again
        depth = { maxTop: top, vocabularySize: null };
      }
      return depth;
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
      const { top, answer } = await scored([...before, ...ids], k, temperature, signal);
      yield* promptRows(server, answer, { before: before.length, ids, top });
    },
  };
}

/** The rows of the scored tokens, which stand behind others in a prompt. */
export async function* promptRows(
  server: Server,
  bytes: AsyncIterable<Uint8Array>,
  { before, ids, top }: { before: number; ids: readonly number[]; top: number },
): AsyncGenerator<ScoredRow> {
  let at = 0;
  for await (const { value } of elements(server, bytes, ['prompt_logprobs'])) {
    const index = at++ - before;
    if (index < 0) continue;
    if (index >= ids.length) break;
    yield row(server, ids[index]!, record(value), top);
  }
  if (at < before + ids.length) {
    malformed(server.culprit, `log-probabilities of ${at} of ${before + ids.length} tokens`);
  }
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
