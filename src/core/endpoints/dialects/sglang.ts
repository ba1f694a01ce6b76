import type { Prefix } from '../../drift/scoring.ts';
import type { RowsRequest, ScoredRow, TextScorer } from '../../drift/textScorer.ts';
import { type Dialect, identity } from './dialect.ts';
import { count, ids, list, record, text } from './fields.ts';
import { type ListedToken, scoredRow } from './rows.ts';
import { malformed, type Server } from './server.ts';
import { topLimit } from './topLimit.ts';
import { elements, modelCard, noStart } from './vllm.ts';

/**
 * SGLang: the native `/generate` over ids, with `return_logprob`. One request tokenizes the chat, one scores.
 * Log-probabilities of the input are those of the raw logits.
 */
export const sglang: Dialect = {
  name: 'SGLang',
  async recognise(server, { models }, signal) {
    const card = modelCard(models, server.model);
    const info = record(
      (await server.lookUp('/get_model_info', null, signal)) ??
        (await server.lookUp('/model_info', null, signal)),
    );
    if (text(info.model_path) === null && card.owned_by !== 'sglang') return null;
    const about = record(
      (await server.lookUp('/get_server_info', null, signal)) ??
        (await server.lookUp('/server_info', null, signal)),
    );
    const vocabularySize = count(info.vocab_size) ?? count(about.vocab_size);
    return {
      identity: identity({
        server: 'SGLang',
        version: text(about.version),
        model: text(info.model_path) ?? text(card.root) ?? text(card.id),
        contextLength: count(card.max_model_len) ?? count(about.context_length),
        vocabularySize,
        quantization: text(about.quantization),
      }),
      reach: 'top-k',
      route: 'POST /generate with input_ids and top_logprobs_num',
      scorer: sglangScorer(server, vocabularySize),
      tokenIds: true,
      generation: {},
      generatedIds: false,
    };
  },
};

/**
 * Asked for more alternatives than its vocabulary has, SGLang's scheduler falls over and takes the server with it.
 * Where the size is not known, so many are safe with every model that researchers run.
 */
const SAFE_TOP = 1_000;

function sglangScorer(server: Server, vocabularySize: number | null): TextScorer {
  const { label, model } = server;
  const limit = topLimit(vocabularySize ?? SAFE_TOP);

  const tokenIds = async (plain: string, special: boolean, signal: AbortSignal): Promise<number[]> => {
    const answer = record(
      await server.ask('/tokenize', { model, prompt: plain, add_special_tokens: special }, signal),
    );
    return ids(answer.tokens) ?? malformed(server.culprit, 'no token ids in answer to /tokenize');
  };

  const chatIds = async (messages: object[], signal: AbortSignal): Promise<number[]> => {
    const tokenized = record(await server.lookUp('/tokenize', { model, messages }, signal));
    const rendered = ids(tokenized.tokens);
    if (rendered) return rendered;
    // Before /tokenize took chats, a chat completion told the ids of its prompt.
    const body = { model, messages, max_tokens: 1, temperature: 0, return_prompt_token_ids: true };
    const choice = record(list(record(await server.ask('/v1/chat/completions', body, signal)).choices)[0]);
    return ids(choice.prompt_token_ids) ?? malformed(server.culprit, 'no ids of a chat’s tokens');
  };

  const prefixIds = async (prefix: Prefix, signal: AbortSignal): Promise<number[]> => {
    const before =
      'messages' in prefix
        ? await chatIds(prefix.messages, signal)
        : await tokenIds(prefix.text, true, signal);
    return before.length > 0 ? before : noStart(label);
  };

  return {
    label,
    async depth() {
      return { maxTop: limit.most, vocabularySize };
    },
    tokenize: (plain, signal) => tokenIds(plain, false, signal),
    async detokenize(tokens, signal) {
      const answer = record(
        await server.lookUp('/detokenize', { model, tokens, skip_special_tokens: false }, signal),
      );
      return typeof answer.text === 'string' ? answer.text : null;
    },
    async pieces(tokens, signal) {
      const body = { model, tokens: tokens.map((id) => [id]), skip_special_tokens: false };
      const texts = list(record(await server.lookUp('/detokenize', body, signal)).text);
      const named = texts.length === tokens.length && texts.every((name) => typeof name === 'string');
      return named ? (texts as string[]) : null;
    },
    async fingerprint(signal) {
      return text(record(await server.lookUp('/get_model_info', null, signal)).model_path);
    },
    prefixIds,
    async *score(
      { prefix, ids: scored, k, temperature = 0 }: RowsRequest,
      signal,
    ): AsyncGenerator<ScoredRow> {
      const before = await prefixIds(prefix, signal);
      const body = (top: number) => ({
        input_ids: [...before, ...scored],
        sampling_params: { max_new_tokens: 0, temperature },
        return_logprob: true,
        // The first row is that of the last prefix token, and null: nothing was computed to predict it.
        logprob_start_len: before.length - 1,
        top_logprobs_num: top,
        return_text_in_logprobs: true,
      });
      const { answer } = await limit.ask(k, (top) => server.stream('/generate', body(top), signal));
      yield* rows(server, scored, answer);
    },
  };
}

/**
 * `input_token_logprobs` has `[logprob, id, text]` per token, `input_top_logprobs` beside it a list of such triples,
 * without the actual token. Both begin with the last prefix token, and end with the last scored one: they are
 * counted from the end, since versions differ in where they begin.
 */
async function* rows(
  server: Server,
  scored: readonly number[],
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<ScoredRow> {
  const actual: ListedToken[] = [];
  const early: unknown[] = [];
  let at = 0;
  const take = (value: unknown, total: number): ScoredRow | null => {
    const index = at++ - (total - scored.length);
    if (index < 0) return null;
    const token = actual[index + total - scored.length]!;
    if (token.id !== scored[index]) {
      return malformed(server.culprit, `the score of token ${token.id} where token ${scored[index]} stands`);
    }
    return scoredRow({ actual: token, top: list(value).map(listed) }, server.culprit);
  };
  for await (const { key, value } of elements(server, bytes, [
    'input_token_logprobs',
    'input_top_logprobs',
  ])) {
    if (key === 'input_token_logprobs') actual.push(listed(value));
    else if (actual.length < scored.length) early.push(value);
    else {
      const row = take(value, actual.length);
      if (row) yield row;
    }
  }
  // The two came in the other order.
  for (const value of early) {
    const row = take(value, Math.max(actual.length, scored.length));
    if (row) yield row;
  }
  const known = Math.min(actual.length, at);
  if (known < scored.length) {
    malformed(server.culprit, `log-probabilities of ${known} of ${scored.length} tokens`);
  }
}

function listed(triple: unknown): ListedToken {
  const [logprob, id, name] = list(triple);
  return { id: count(id) ?? -1, logprob, text: typeof name === 'string' ? name : null };
}
