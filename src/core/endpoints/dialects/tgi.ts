import { sameIds } from '../../drift/pairScorer.ts';
import type { Prefix } from '../../drift/scoring.ts';
import type { TextScorer } from '../../drift/textScorer.ts';
import { type Dialect, identity } from './dialect.ts';
import { count, list, record, text } from './fields.ts';
import { cutTexts, formsOf, otherTokens, textOf } from './givenText.ts';
import { type ListedToken, scoredRow } from './rows.ts';
import { malformed, type Server } from './server.ts';

/**
 * Text Generation Inference: `decoder_input_details` tell the log-probability of each token of a prompt, and of no other.
 * It takes text, no ids: what it made of a text is compared with the ids that were to be scored.
 */
export const tgi: Dialect = {
  name: 'TGI',
  async recognise(server, _clues, signal) {
    const info = record(await server.lookUp('/info', null, signal));
    if (text(info.model_id) === null || info.max_input_tokens === undefined) return null;
    return {
      identity: identity({
        server: 'TGI',
        version: text(info.version),
        model: text(info.model_id),
        contextLength: count(info.max_total_tokens),
      }),
      reach: 'actual-token',
      route: 'POST /generate with decoder_input_details',
      scorer: tgiScorer(server),
      unavailable: `${server.label} on TGI tells the probability of the given tokens only.`,
      tokenIds: true,
      generation: { logprobs: true },
      generatedIds: false,
    };
  },
};

function tgiScorer(server: Server): TextScorer {
  const { label } = server;
  const texts = cutTexts();

  /** Of a prompt as it was read, BOS first, which has no log-probability. */
  const prefill = async (
    inputs: string,
    temperature: number,
    signal: AbortSignal,
  ): Promise<ListedToken[]> => {
    const parameters = {
      ...{ details: true, decoder_input_details: true, max_new_tokens: 1 },
      ...(temperature > 0 ? { do_sample: true, temperature } : { do_sample: false }),
    };
    const answer = await server.ask('/generate', { inputs, parameters }, signal);
    const read = list(record(record(Array.isArray(answer) ? answer[0] : answer).details).prefill);
    if (read.length === 0) malformed(server.culprit, 'no “prefill” in answer to /generate');
    return read.map(listed);
  };

  const tokens = async (inputs: string, signal: AbortSignal): Promise<ListedToken[]> =>
    list(await server.ask('/tokenize', { inputs }, signal)).map(listed);

  /** How many special tokens it puts before every text. */
  let added: number | null = null;
  const addedBefore = async (signal: AbortSignal): Promise<number> => {
    if (added === null) {
      const [a, b] = [await tokens('a', signal), await tokens('0', signal)];
      added = a.length > 1 && b.length > 1 && a[0]!.id === b[0]!.id ? 1 : 0;
    }
    return added;
  };

  const prefixOf = async (prefix: Prefix, signal: AbortSignal): Promise<{ text: string; ids: number[] }> => {
    if ('text' in prefix) {
      const read = await tokens(prefix.text === '' ? 'a' : prefix.text, signal);
      const own = prefix.text === '' ? read.slice(0, await addedBefore(signal)) : read;
      return { text: prefix.text, ids: own.map(({ id }) => id) };
    }
    const chat = record(await server.ask('/chat_tokenize', { messages: prefix.messages }, signal));
    const read = list(chat.tokenize_response).map(listed);
    const whole =
      text(chat.templated_text) ?? malformed(server.culprit, 'no text in answer to /chat_tokenize');
    // Templates write the BOS, and /generate puts it before every text.
    const ids = read.map(({ id }) => id);
    if ((await addedBefore(signal)) === 0) return { text: whole, ids };
    const [start] = await tokens('a', signal);
    const isWritten = start!.text !== null && start!.text !== '' && whole.startsWith(start!.text);
    const rest = isWritten ? whole.slice(start!.text!.length) : whole;
    // Some versions count it in, some do not, some do so twice.
    const from = ids.findIndex((id) => id !== start!.id);
    return { text: rest, ids: [start!.id, ...ids.slice(Math.max(0, from))] };
  };

  return {
    label,
    async depth() {
      return { maxTop: 0, vocabularySize: null };
    },
    async tokenize(plain, signal) {
      const own = (await tokens(plain, signal)).slice(await addedBefore(signal));
      const ids = own.map(({ id }) => id);
      texts.remember(
        plain,
        ids,
        own.map((token) => token.text ?? ''),
      );
      return ids;
    },
    detokenize: async (ids) => texts.of(ids)?.text ?? null,
    pieces: async (ids) => texts.of(ids)?.pieces.slice() ?? null,
    async fingerprint(signal) {
      const { model_id, model_sha } = record(await server.lookUp('/info', null, signal));
      return [text(model_id), text(model_sha)].filter(Boolean).join(' ') || null;
    },
    prefixIds: async (prefix, signal) => (await prefixOf(prefix, signal)).ids,
    async *score(request, signal) {
      const { prefix, ids: scored, temperature = 0 } = request;
      if (scored.length === 0) return;
      const given = await textOf(request, texts, label, signal);
      const before = await prefixOf(prefix, signal);
      const wanted = [...before.ids, ...scored];
      for (const form of formsOf(given)) {
        const read = await prefill(before.text + form, temperature, signal);
        if (
          !sameIds(
            read.map(({ id }) => id),
            wanted,
          )
        )
          continue;
        for (const actual of read.slice(before.ids.length))
          yield scoredRow({ actual, top: [] }, server.culprit);
        return;
      }
      otherTokens(label);
    },
  };
}

function listed(token: unknown): ListedToken {
  const { id, text: name, logprob } = record(token);
  return { id: count(id) ?? -1, logprob: logprob ?? null, text: typeof name === 'string' ? name : null };
}
