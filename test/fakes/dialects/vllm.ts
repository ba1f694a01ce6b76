import type { Message } from '../../../src/shared/prompt.ts';
import { type FakeServer, httpServer, json, type ReceivedRequest, type Reply } from '../httpServer.ts';
import { delta, stream } from '../openAiServer.ts';
import { type Lie, likeliest, rankOf, type TrueModel, type TrueRow, told } from '../trueModel.ts';
import { vllmError } from '../vllm.ts';
import { tokenizeSpecial } from './chatText.ts';
import { streamed } from './writing.ts';

export interface FakeVllmOptions {
  /** `--max-logprobs`. Default 20, as vLLM's. */
  maxLogprobs?: number;
  lie?: Lie;
  /** What `/v1/models` calls the model; may change while the server runs. */
  served?: { name: string };
  /** What it generates when asked as a chat. */
  writes?: readonly number[];
  /** Behind a gateway that lets chats through and nothing else. Default false. */
  chatsOnly?: boolean;
}

/**
 * vLLM: `/tokenize` for chats and texts, `prompt_logprobs` of a completion over ids as a list with null first, then an
 * object by id with the top k and the actual token. Strings get a BOS; −∞ is −9999; over the limit a 400 names it.
 */
export function fakeVllm(model: TrueModel, options: FakeVllmOptions = {}): Promise<FakeServer> {
  const { maxLogprobs = 20, lie, served = { name: 'fake-model' }, writes = [], chatsOnly = false } = options;
  let calls = 0;

  const refused = (body: Record<string, unknown>): Reply | null => {
    const k = body.prompt_logprobs as number;
    if (k > maxLogprobs) {
      const words = `Requested prompt logprobs of ${k}, which is greater than max allowed: ${maxLogprobs}`;
      return json(400, vllmError(400, words));
    }
    if (!body.stream) return null;
    return json(400, vllmError(400, '`prompt_logprobs` are not available when `stream=True`.'));
  };

  /** The text of an answer goes on where the template, which trims it, left off. */
  const chat = async (body: Record<string, unknown>): Promise<Reply> => {
    const messages = body.messages as Message[];
    const k = body.prompt_logprobs as number | undefined;
    const last = messages.at(-1)!;
    const prompt = body.continue_final_message
      ? [
          ...(await model.render(messages.slice(0, -1))),
          ...(await tokenizeSpecial(model, last.content.trim())),
        ]
      : await model.render(messages);
    const rows =
      k === undefined ? [] : told(await model.rows(prompt), lie, body.temperature as number, calls++);
    return json(200, {
      id: 'chatcmpl-1',
      object: 'chat.completion',
      model: served.name,
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: ' the', reasoning: null },
          finish_reason: 'length',
        },
      ],
      usage: { prompt_tokens: prompt.length, completion_tokens: 1, total_tokens: prompt.length + 1 },
      prompt_logprobs:
        k === undefined ? null : prompt.map((id, t) => (t === 0 ? null : entries(rows[t - 1]!, id, k))),
      prompt_token_ids: body.return_token_ids ? prompt : null,
    });
  };

  const completion = async (body: Record<string, unknown>) => {
    const refusal = refused(body);
    if (refusal) return refusal;
    const k = body.prompt_logprobs as number;
    const prompt =
      typeof body.prompt === 'string'
        ? [model.bos, ...(await model.tokenize(body.prompt))]
        : (body.prompt as number[]);
    const rows = told(await model.rows(prompt), lie, body.temperature as number, calls++);
    return json(200, {
      id: 'cmpl-1',
      object: 'text_completion',
      model: served.name,
      choices: [
        {
          index: 0,
          text: ' the',
          logprobs: null,
          finish_reason: 'length',
          prompt_logprobs: prompt.map((id, t) => (t === 0 ? null : entries(rows[t - 1]!, id, k))),
          prompt_token_ids: body.return_token_ids ? prompt : null,
          token_ids: body.return_token_ids ? [5] : null,
        },
      ],
      usage: { prompt_tokens: prompt.length, completion_tokens: 1, total_tokens: prompt.length + 1 },
    });
  };

  const entries = (row: TrueRow, actual: number, k: number) => {
    const top = likeliest(row, k);
    const norm =
      lie === 'top-k-sum' ? Math.log(top.reduce((sum, id) => sum + Math.exp(row[id]!), 0)) - Math.LN2 : 0;
    return Object.fromEntries(
      [...new Set([actual, ...top])].map((id) => {
        const logprob = row[id]! - norm;
        return [
          String(id),
          {
            logprob:
              lie === 'nulls' ? null : logprob === Number.NEGATIVE_INFINITY ? -9999 : Math.fround(logprob),
            rank: rankOf(row, id),
            decoded_token: model.text(id),
          },
        ];
      }),
    );
  };

  const route = async (request: ReceivedRequest): Promise<Reply> => {
    const body = request.body as Record<string, unknown>;
    if (chatsOnly && !/^\/v1\/(chat\/completions|models)$/.test(request.path)) {
      return json(404, { detail: 'Not Found' });
    }
    switch (`${request.method} ${request.path}`) {
      case 'GET /version':
        return json(200, { version: '0.11.0' });
      case 'GET /v1/models':
        return json(200, {
          object: 'list',
          data: [
            { id: served.name, object: 'model', owned_by: 'vllm', root: served.name, max_model_len: 4096 },
          ],
        });
      case 'POST /tokenize': {
        const special = body.add_special_tokens !== false;
        const tokens = body.messages
          ? await model.render(body.messages as Message[])
          : [...(special ? [model.bos] : []), ...(await model.tokenize(body.prompt as string))];
        return json(200, { count: tokens.length, max_model_len: 4096, tokens, token_strs: null });
      }
      case 'POST /detokenize':
        return json(200, {
          prompt: Buffer.concat((body.tokens as number[]).map((id) => model.bytes(id))).toString('utf8'),
        });
      case 'POST /v1/chat/completions':
        if (body.prompt_logprobs !== undefined || !body.stream) return refused(body) ?? chat(body);
        return stream([
          delta({ role: 'assistant', content: '' }),
          ...streamed(model, writes).map(({ id, text }) =>
            delta({ content: text }, body.return_token_ids ? { token_ids: [id] } : {}),
          ),
          delta({}, { finish_reason: 'stop' }),
        ]);
      case 'POST /v1/completions':
        return completion(body);
      default:
        return json(404, { detail: 'Not Found' });
    }
  };
  return httpServer(
    (request) => async (response, received, gone) => (await route(request))(response, received, gone),
  );
}
