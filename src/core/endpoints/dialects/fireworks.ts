import { sameIds } from '../../drift/pairScorer.ts';
import type { Prefix } from '../../drift/scoring.ts';
import type { TextScorer } from '../../drift/textScorer.ts';
import { type Dialect, identity } from './dialect.ts';
import { count, ids, list, record, text } from './fields.ts';
import { type ListedToken, scoredRow } from './rows.ts';
import { malformed, type Server } from './server.ts';
import { topLimit } from './topLimit.ts';
import { modelCard, noStart } from './vllm.ts';

/** Fireworks: a completion over ids that echoes the last of them, with log-probabilities by id. */
export const fireworks: Dialect = {
  name: 'Fireworks',
  async recognise(server, { models, host }) {
    const card = modelCard(models, server.model);
    const isOwn = /(^|\.)fireworks\.ai$/.test(host) || /^fireworks/.test(text(card.owned_by) ?? '');
    if (!isOwn) return null;
    return {
      identity: identity({
        server: 'Fireworks',
        model: text(card.id) ?? server.model,
        contextLength: count(card.context_length),
      }),
      reach: 'top-k',
      route: 'POST /v1/completions with echo_last and top_logprobs',
      scorer: fireworksScorer(server),
      tokenIds: true,
      generation: { return_token_ids: true },
      generatedIds: true,
    };
  },
};

const MOST = 5;

function fireworksScorer(server: Server): TextScorer {
  const { label, model } = server;
  const limit = topLimit(MOST);
  let bos: number | null | undefined;

  /** Of a text at its beginning, or of a chat: told with one token of an answer. */
  const promptIds = async (path: string, prompt: object, signal: AbortSignal): Promise<number[]> => {
    const body = { model, ...prompt, max_tokens: 1, temperature: 0, return_token_ids: true };
    const answer = record(await server.ask(path, body, signal));
    const choice = record(list(answer.choices)[0]);
    return (
      ids(choice.prompt_token_ids) ??
      ids(answer.prompt_token_ids) ??
      malformed(server.culprit, `no prompt_token_ids in answer to ${path}`)
    );
  };
  const textIds = (prompt: string, signal: AbortSignal) => promptIds('/v1/completions', { prompt }, signal);

  /** What texts that have nothing in common begin with. */
  const bosId = async (signal: AbortSignal): Promise<number | null> => {
    if (bos === undefined) {
      const [a, b] = [await textIds('a', signal), await textIds('0', signal)];
      bos = a.length > 1 && b.length > 1 && a[0] === b[0] ? a[0]! : null;
    }
    return bos;
  };

  const prefixIds = async (prefix: Prefix, signal: AbortSignal): Promise<number[]> => {
    if ('messages' in prefix) {
      return promptIds('/v1/chat/completions', { messages: prefix.messages }, signal);
    }
    if (prefix.text !== '') return textIds(prefix.text, signal);
    const start = await bosId(signal);
    return start === null ? noStart(label) : [start];
  };

  /** The entries of the last `last` tokens of a prompt, in order. */
  const echoed = async (
    prompt: readonly number[],
    last: number,
    top: number,
    temperature: number,
    signal: AbortSignal,
  ): Promise<Record<string, unknown>[]> => {
    const body = {
      ...{ model, prompt, echo_last: last, max_tokens: 1, temperature },
      ...{ logprobs: true, top_logprobs: top, context_length_exceeded_behavior: 'error' },
    };
    const choice = record(list(record(await server.ask('/v1/completions', body, signal)).choices)[0]);
    const entries = list(record(choice.logprobs).content).map(record);
    const wanted = prompt.slice(prompt.length - last);
    // What follows the prompt is the one generated token.
    for (const end of [entries.length - 1, entries.length]) {
      const own = entries.slice(Math.max(0, end - last), Math.max(0, end));
      if (
        sameIds(
          own.map(({ token_id }) => count(token_id) ?? -1),
          wanted,
        )
      )
        return own;
    }
    return malformed(server.culprit, 'the log-probabilities of other tokens than were sent');
  };

  return {
    label,
    async depth() {
      return { maxTop: limit.most, vocabularySize: null };
    },
    async tokenize(plain, signal) {
      const all = await textIds(plain, signal);
      const start = await bosId(signal);
      return all[0] === start ? all.slice(1) : all;
    },
    async detokenize(tokens, signal) {
      if (tokens.length === 0) return '';
      const entries = await echoed(tokens, tokens.length, 0, 0, signal);
      return Buffer.concat(entries.map(bytesOf)).toString('utf8');
    },
    async pieces(tokens, signal) {
      if (tokens.length === 0) return [];
      return (await echoed(tokens, tokens.length, 0, 0, signal)).map((entry) =>
        bytesOf(entry).toString('utf8'),
      );
    },
    async fingerprint(signal) {
      return text(modelCard(await server.lookUp('/v1/models', null, signal), model).id);
    },
    prefixIds,
    async *score({ prefix, ids: scored, k, temperature = 0 }, signal) {
      if (scored.length === 0) return;
      const prompt = [...(await prefixIds(prefix, signal)), ...scored];
      const { answer } = await limit.ask(k, (top) => echoed(prompt, scored.length, top, temperature, signal));
      for (const entry of answer) {
        const top = list(entry.top_logprobs).map((other) => listed(record(other)));
        yield scoredRow({ actual: listed(entry), top }, server.culprit);
      }
    },
  };
}

/** Of the distribution itself: `sampling_logprob` beside it is after temperature and top-p. */
function listed({ token_id, logprob, token }: Record<string, unknown>): ListedToken {
  return {
    id: count(token_id) ?? -1,
    logprob: logprob ?? null,
    text: typeof token === 'string' ? token : null,
  };
}

function bytesOf({ bytes, token }: Record<string, unknown>): Buffer {
  return Array.isArray(bytes) ? Buffer.from(bytes as number[]) : Buffer.from(text(token) ?? '');
}
