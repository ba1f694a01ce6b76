import type { Message } from '../../../src/shared/prompt.ts';
import { type FakeServer, httpServer, json, type ReceivedRequest, type Reply } from '../httpServer.ts';
import { delta, stream } from '../openAiServer.ts';
import { TINY_TEMPLATE } from '../tinyGguf.ts';
import { type Lie, likeliest, normOf, type TrueModel, type TrueRow, told } from '../trueModel.ts';
import { textOfChat, tokenizeSpecial } from './chatText.ts';
import { streamed } from './writing.ts';

export interface FakeTogetherOptions {
  lie?: Lie;
  /** What runs; may change while the server does. */
  served?: { name: string };
  /** What it generates when asked as a chat. */
  writes?: readonly number[];
}

const MOST = 20;

/**
 * Together: completions and chats that echo their prompt with the ids of its tokens, the first without a
 * log-probability, and lists as objects by text, in which one of two tokens written alike is lost. Prompts are text, and
 * get a BOS. The list of models is an array and tells their templates.
 */
export function fakeTogether(
  model: TrueModel,
  { lie, served = { name: 'fake-model' }, writes = [] }: FakeTogetherOptions = {},
): Promise<FakeServer> {
  let calls = 0;

  const logprobsOf = async (prompt: readonly number[], k: number, temperature: number) => {
    const rows = told(await model.rows(prompt), lie, temperature, calls++);
    const positions = prompt.map((id, t) => {
      const row: TrueRow | undefined = rows[t - 1];
      if (!row) return { logprob: null, top: null };
      const top = likeliest(row, k);
      const norm = normOf(row, top, lie);
      const logprob = (other: number) => (lie === 'nulls' ? null : Math.fround(row[other]! - norm));
      return {
        logprob: logprob(id),
        top: Object.fromEntries(top.map((other) => [model.text(other), logprob(other)])),
      };
    });
    return {
      tokens: prompt.map(model.text),
      token_ids: prompt,
      token_logprobs: positions.map(({ logprob }) => logprob),
      top_logprobs: positions.map(({ top }) => top),
    };
  };

  const answer = async (
    text: string,
    prompt: readonly number[],
    body: Record<string, unknown>,
  ): Promise<Reply> => {
    const k = body.logprobs as number;
    if (k > MOST) {
      const message = `Input validation error: logprobs must be less than or equal to ${MOST}`;
      return json(422, { error: { message, type: 'invalid_request_error', param: 'logprobs', code: null } });
    }
    const logprobs = await logprobsOf(prompt, k, body.temperature as number);
    return json(200, {
      id: '1',
      object: 'text.completion',
      prompt: body.echo ? [{ text, logprobs }] : [],
      choices: [{ index: 0, text: ' the', finish_reason: 'length', seed: 1 }],
      usage: { prompt_tokens: prompt.length, completion_tokens: 1, total_tokens: prompt.length + 1 },
    });
  };

  const route = async (request: ReceivedRequest): Promise<Reply> => {
    const body = request.body as Record<string, unknown>;
    switch (`${request.method} ${request.path}`) {
      case 'GET /v1/models':
        return json(200, [
          {
            id: served.name,
            object: 'model',
            type: 'chat',
            organization: 'lab',
            context_length: 4096,
            config: {
              chat_template: TINY_TEMPLATE,
              stop: ['<|end|>'],
              bos_token: '<s>',
              eos_token: '<|end|>',
            },
            pricing: { hourly: 0, input: 0.2, output: 0.2, base: 0, finetune: 0 },
          },
        ]);
      case 'POST /v1/chat/completions': {
        if (!body.stream) {
          const prompt = await model.render(body.messages as Message[]);
          return answer(`<s>${textOfChat(body.messages as Message[])}`, prompt, body);
        }
        return stream([
          ...streamed(model, writes).flatMap(({ text }) => (text === '' ? [] : [delta({ content: text })])),
          delta({ content: '' }, { finish_reason: 'stop' }),
        ]);
      }
      case 'POST /v1/completions': {
        if (typeof body.prompt !== 'string') {
          return json(400, {
            error: { message: 'prompt: expected a string', type: 'invalid_request_error' },
          });
        }
        return answer(body.prompt, [model.bos, ...(await tokenizeSpecial(model, body.prompt))], body);
      }
      default:
        return json(404, { error: { message: 'Not found', type: 'invalid_request_error' } });
    }
  };
  return httpServer(
    (request) => async (response, received, gone) => (await route(request))(response, received, gone),
  );
}
