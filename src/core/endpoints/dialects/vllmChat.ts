import { sameIds } from '../../drift/pairScorer.ts';
import type { Prefix } from '../../drift/scoring.ts';
import type { Depth, TextScorer } from '../../drift/textScorer.ts';
import { ids, record, text } from './fields.ts';
import { cutTexts, formsOf, otherTokens, textOf } from './givenText.ts';
import { malformed, type Server } from './server.ts';
import { topLimit } from './topLimit.ts';
import { modelCard, noStart, promptRows, TOO_MANY } from './vllm.ts';

/** Before a text that is cut into tokens: what stands there makes no difference to them. */
const ANY = [{ role: 'user', content: '.' }];

/**
 * vLLM by its chat route alone: the text is an answer that the model is to continue (`continue_final_message`), and the
 * prompt's log-probabilities are those of the chat and the text. It takes text, no ids: that it was cut into the ids that
 * were to be scored is seen in `prompt_token_ids`.
 */
export function vllmChatScorer(server: Server): TextScorer {
  const { label, model } = server;
  const limit = topLimit(null);
  const texts = cutTexts();
  let depth: Depth | null = null;

  const bodyOf = (messages: readonly object[], continued: boolean) => ({
    model,
    messages,
    add_generation_prompt: !continued,
    continue_final_message: continued,
    max_tokens: 1,
    temperature: 0,
    return_token_ids: true,
  });
  const asAnswer = (messages: readonly object[], content: string) =>
    bodyOf([...messages, { role: 'assistant', content }], true);

  const chatIds = async (body: object, signal: AbortSignal): Promise<number[]> => {
    const answer = record(await server.ask('/v1/chat/completions', body, signal));
    return ids(answer.prompt_token_ids) ?? malformed(server.culprit, 'no prompt_token_ids of a chat');
  };
  const startOf = (messages: readonly object[], signal: AbortSignal) =>
    chatIds(bodyOf(messages, false), signal);

  /** What stands before a text that follows nothing but raw text cannot be had from chats. */
  const messagesOf = (prefix: Prefix): readonly object[] =>
    'messages' in prefix ? prefix.messages : noStart(label);

  return {
    label,
    async depth(signal) {
      if (!depth) {
        const body = asAnswer(ANY, 'Hi there');
        const { top } = await limit.ask(TOO_MANY, (prompt_logprobs) =>
          server.ask('/v1/chat/completions', { ...body, prompt_logprobs }, signal),
        );
        depth = { maxTop: top, vocabularySize: null };
      }
      return depth;
    },
    async tokenize(plain, signal) {
      if (plain === '') return [];
      const before = await startOf(ANY, signal);
      const whole = await chatIds(asAnswer(ANY, plain), signal);
      const own = whole.slice(before.length);
      if (!sameIds(whole.slice(0, before.length), before)) return otherTokens(label);
      // Their texts are told with their log-probabilities.
      const { answer } = await limit.ask(1, (prompt_logprobs) =>
        server.ask('/v1/chat/completions', { ...asAnswer(ANY, plain), prompt_logprobs }, signal),
      );
      const rows = (record(answer).prompt_logprobs as unknown[] | undefined) ?? [];
      const pieces = own.map((id, t) => {
        const { decoded_token } = record(record(rows[before.length + t])[String(id)]);
        return typeof decoded_token === 'string' ? decoded_token : '';
      });
      texts.remember(plain, own, pieces);
      return own;
    },
    detokenize: async (tokens) => texts.of(tokens)?.text ?? null,
    pieces: async (tokens) => texts.of(tokens)?.pieces.slice() ?? null,
    async fingerprint(signal) {
      const card = modelCard(await server.lookUp('/v1/models', null, signal), model);
      return text(card.root) ?? text(card.id);
    },
    prefixIds: async (prefix, signal) => startOf(messagesOf(prefix), signal),
    async *score(request, signal) {
      const { prefix, ids: scored, k, temperature = 0 } = request;
      if (scored.length === 0) return;
      const messages = messagesOf(prefix);
      const given = await textOf(request, texts, label, signal);
      const before = await startOf(messages, signal);
      const wanted = [...before, ...scored];
      for (const form of formsOf(given)) {
        const body = { ...asAnswer(messages, form), temperature };
        if (!sameIds(await chatIds(body, signal), wanted)) continue;
        const { top, answer } = await limit.ask(k, (prompt_logprobs) =>
          server.stream('/v1/chat/completions', { ...body, prompt_logprobs }, signal),
        );
        yield* promptRows(server, answer, { before: before.length, ids: scored, top });
        return;
      }
      otherTokens(label);
    },
  };
}
