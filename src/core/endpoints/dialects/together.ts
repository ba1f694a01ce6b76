import { fail } from '../../../shared/failure.ts';
import { isUnsure } from '../../drift/names.ts';
import { sameIds } from '../../drift/pairScorer.ts';
import type { Prefix } from '../../drift/scoring.ts';
import type { TextScorer } from '../../drift/textScorer.ts';
import { type Dialect, identity } from './dialect.ts';
import { count, ids, list, record, text } from './fields.ts';
import { cutTexts, formsOf, otherTokens, textOf } from './givenText.ts';
import { type ListedToken, namedByText, scoredRow, type UnnamedToken } from './rows.ts';
import { malformed, type Server } from './server.ts';
import { topLimit } from './topLimit.ts';
import { modelCard } from './vllm.ts';

/**
 * Together: a completion that echoes its prompt, with the ids of the prompt's tokens and lists by text. It takes text, no
 * ids: what it made of a text is compared with the ids that were to be scored.
 */
export const together: Dialect = {
  name: 'Together',
  async recognise(server, { models, host }) {
    const card = modelCard(models, server.model);
    const config = record(card.config);
    // Its list of models is a bare array, and tells their templates and prices.
    const isOwn =
      /(^|\.)together\.(xyz|ai)$/.test(host) ||
      (Array.isArray(models) && 'pricing' in card && 'config' in card);
    if (!isOwn) return null;
    return {
      identity: identity({
        server: 'Together',
        model: text(card.id) ?? server.model,
        contextLength: count(card.context_length),
        chatTemplate: text(config.chat_template),
      }),
      reach: 'top-k',
      route: 'POST /v1/completions with echo and logprobs',
      scorer: togetherScorer(server, text(config.bos_token)),
      tokenIds: false,
      generation: {},
      generatedIds: false,
    };
  },
};

const MOST = 20;

/** A prompt as it was read. */
interface Echo {
  text: string;
  ids: number[];
  tokens: string[];
  logprobs: unknown[];
  lists: unknown[];
}

function togetherScorer(server: Server, bos: string | null): TextScorer {
  const { label, model } = server;
  const texts = cutTexts();
  const limit = topLimit(MOST);

  const echo = async (
    path: string,
    prompt: object,
    k: number,
    temperature: number,
    signal: AbortSignal,
  ): Promise<Echo> => {
    const body = { model, ...prompt, echo: true, logprobs: k, max_tokens: 1, temperature };
    const part = record(list(record(await server.ask(path, body, signal)).prompt)[0]);
    const { token_ids, tokens, token_logprobs, top_logprobs } = record(part.logprobs);
    const known = ids(token_ids);
    if (!known || list(tokens).length !== known.length || list(token_logprobs).length !== known.length) {
      return malformed(server.culprit, `no echo of its prompt in answer to ${path}`);
    }
    return {
      text: typeof part.text === 'string' ? part.text : '',
      ids: known,
      tokens: list(tokens).map((token) => (typeof token === 'string' ? token : '')),
      logprobs: list(token_logprobs),
      lists: list(top_logprobs),
    };
  };
  const read = (prompt: string, k: number, temperature: number, signal: AbortSignal) =>
    echo('/v1/completions', { prompt }, k, temperature, signal);
  const hasBos = ({ tokens }: Echo) => bos !== null && tokens[0] === bos;

  /** How a chat begins, as text and as its tokens. A template writes the BOS that a completion puts there by itself. */
  const prefixOf = async (prefix: Prefix, signal: AbortSignal): Promise<{ text: string; ids: number[] }> => {
    if ('messages' in prefix) {
      const chat = await echo('/v1/chat/completions', { messages: prefix.messages }, 1, 0, signal);
      const start = bos !== null && chat.text.startsWith(bos) ? bos.length : 0;
      return { text: chat.text.slice(start), ids: chat.ids };
    }
    if (prefix.text !== '') return { text: prefix.text, ids: (await read(prefix.text, 1, 0, signal)).ids };
    const some = await read('a', 1, 0, signal);
    return { text: '', ids: hasBos(some) ? some.ids.slice(0, 1) : [] };
  };

  return {
    label,
    async depth() {
      return { maxTop: limit.most, vocabularySize: null, named: 'texts' };
    },
    async tokenize(plain, signal) {
      const all = await read(plain, 1, 0, signal);
      const from = hasBos(all) ? 1 : 0;
      texts.remember(plain, all.ids.slice(from), all.tokens.slice(from));
      return all.ids.slice(from);
    },
    detokenize: async (tokens) => texts.of(tokens)?.text ?? null,
    pieces: async (tokens) => texts.of(tokens)?.pieces.slice() ?? null,
    async fingerprint(signal) {
      return text(modelCard(await server.lookUp('/v1/models', null, signal), model).id);
    },
    prefixIds: async (prefix, signal) => (await prefixOf(prefix, signal)).ids,
    async *score(request, signal) {
      const { prefix, ids: scored, k, temperature = 0 } = request;
      if (scored.length === 0) return;
      const given = await textOf(request, texts, label, signal);
      const before = await prefixOf(prefix, signal);
      let echoed: Echo | null = null;
      let asked = k;
      for (const form of formsOf(given)) {
        const { top, answer } = await limit.ask(k, (most) =>
          read(before.text + form, most, temperature, signal),
        );
        if (!sameIds(answer.ids.slice(-scored.length), scored)) continue;
        echoed = answer;
        asked = top;
        break;
      }
      if (!echoed) return otherTokens(label);
      const from = echoed.ids.length - scored.length;
      if (!sameIds(echoed.ids.slice(0, from), before.ids)) {
        fail('cannot-score', `${label} reads the beginning of a chat otherwise when it is sent as text.`);
      }
      for (const [t, id] of scored.entries()) {
        const at = from + t;
        const actual = { id, logprob: echoed.logprobs[at] ?? null, text: echoed.tokens[at]! };
        yield scoredRow({ actual, top: listOf(echoed.lists[at], actual, asked) }, server.culprit);
      }
    },
  };
}

/**
 * The likeliest tokens by their texts. Of tokens that are written alike an object holds one only, and it does not say
 * which. So where it holds too few, those that may be one of several have no name; the token that stands here may have been
 * added to the list, and makes their number uncertain where it is the last.
 */
function listOf(entries: unknown, actual: ListedToken, k: number): (ListedToken | UnnamedToken)[] {
  const all = Object.entries(record(entries))
    .map(([name, logprob]) => ({ text: name, logprob }))
    .sort((a, b) => Number(b.logprob) - Number(a.logprob));
  const last = all.at(-1);
  const isAdded = last?.text === actual.text && last.logprob === actual.logprob;
  const top = namedByText(all.length > k ? all.slice(0, k) : all, actual);
  if (all.length > k || (all.length === k && !isAdded)) return top;
  return top.map((token) => (token.id !== actual.id && isUnsure(token.id) ? { ...token, id: null } : token));
}
