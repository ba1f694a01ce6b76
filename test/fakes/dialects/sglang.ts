import type { Message } from '../../../src/shared/prompt.ts';
import { type FakeServer, httpServer, json, type ReceivedRequest, type Reply } from '../httpServer.ts';
import { delta, stream } from '../openAiServer.ts';
import { type Lie, likeliest, normOf, type TrueModel, told } from '../trueModel.ts';
import { streamed } from './writing.ts';

export interface FakeSglangOptions {
  lie?: Lie;
  /** Whether `/tokenize` takes chats, as it does of late. Default true. */
  tokenizesChats?: boolean;
  /** What runs; may change while the server does, as after a restart. */
  served?: { path: string };
  /** What it generates when asked as a chat. Streams come without ids. */
  writes?: readonly number[];
}

/**
 * SGLang: `/generate` over ids with `[logprob, id, text]` rows from `logprob_start_len` on, null first, and the top
 * list beside it, without the actual token. Falls over where more alternatives are asked for than there are tokens.
 */
export function fakeSglang(
  model: TrueModel,
  { lie, tokenizesChats = true, served = { path: 'lab/fake-model' }, writes = [] }: FakeSglangOptions = {},
): Promise<FakeServer> {
  let calls = 0;
  let fallen = false;

  const generate = async (body: Record<string, unknown>): Promise<Reply> => {
    const ids = body.input_ids as number[];
    const k = body.top_logprobs_num as number;
    const start = body.logprob_start_len as number;
    if (k > model.vocabularySize) {
      fallen = true;
      return (response) => void response.socket?.resetAndDestroy();
    }
    // Input log-probabilities are raw, whatever the temperature.
    const temperature = (body.sampling_params as { temperature: number }).temperature;
    const rows = told(await model.rows(ids), lie, temperature, calls++);
    const name = (id: number) => (body.return_text_in_logprobs ? model.text(id) : null);
    const positions = ids.slice(start).map((id, i) => ({ id, row: i === 0 ? null : rows[start + i - 1]! }));
    return json(200, {
      text: '',
      output_ids: [],
      meta_info: {
        id: '1',
        finish_reason: { type: 'length', length: 0 },
        prompt_tokens: ids.length,
        completion_tokens: 0,
        cached_tokens: 0,
        input_token_logprobs: positions.map(({ id, row }) => [
          row && lie !== 'nulls' ? Math.fround(row[id]! - normOf(row, likeliest(row, k), lie)) : null,
          id,
          name(id),
        ]),
        input_top_logprobs: positions.map(({ row }) => {
          if (!row) return null;
          const top = likeliest(row, k);
          return top.map((id) => [Math.fround(row[id]! - normOf(row, top, lie)), id, name(id)]);
        }),
        output_token_logprobs: [],
        output_top_logprobs: [],
      },
    });
  };

  const route = async (request: ReceivedRequest): Promise<Reply> => {
    const body = request.body as Record<string, unknown>;
    if (fallen) return (response) => void response.socket?.resetAndDestroy();
    switch (`${request.method} ${request.path}`) {
      case 'GET /get_model_info':
        return json(200, {
          model_path: served.path,
          tokenizer_path: 'lab/fake-model',
          is_generation: true,
          vocab_size: model.vocabularySize,
        });
      case 'GET /get_server_info':
        return json(200, { version: '0.5.5', context_length: 4096, quantization: null });
      case 'GET /v1/models':
        return json(200, {
          object: 'list',
          data: [
            {
              id: 'fake-model',
              object: 'model',
              owned_by: 'sglang',
              root: 'fake-model',
              max_model_len: 4096,
            },
          ],
        });
      case 'POST /tokenize': {
        if (body.messages && !tokenizesChats)
          return json(400, { object: 'error', message: 'prompt: Field required' });
        const special = body.add_special_tokens !== false;
        const tokens = body.messages
          ? await model.render(body.messages as Message[])
          : [...(special ? [model.bos] : []), ...(await model.tokenize(body.prompt as string))];
        return json(200, { tokens, count: tokens.length, max_model_len: 4096 });
      }
      case 'POST /v1/chat/completions': {
        if (body.stream) {
          return stream([
            ...streamed(model, writes).map(({ text }) => delta({ content: text, reasoning_content: null })),
            delta({ content: '' }, { finish_reason: 'stop', matched_stop: 1 }),
          ]);
        }
        const prompt = await model.render(body.messages as Message[]);
        const choice = { index: 0, message: { role: 'assistant', content: 'a' }, finish_reason: 'length' };
        return json(200, {
          object: 'chat.completion',
          choices: [{ ...choice, ...(body.return_prompt_token_ids ? { prompt_token_ids: prompt } : {}) }],
        });
      }
      case 'POST /detokenize': {
        const tokens = body.tokens as number[] | number[][];
        const decode = (ids: number[]) => Buffer.concat(ids.map((id) => model.bytes(id))).toString('utf8');
        const isBatch = Array.isArray(tokens[0]);
        return json(200, { text: isBatch ? (tokens as number[][]).map(decode) : decode(tokens as number[]) });
      }
      case 'POST /generate':
        return generate(body);
      default:
        return json(404, { detail: 'Not Found' });
    }
  };
  return httpServer(
    (request) => async (response, received, gone) => (await route(request))(response, received, gone),
  );
}
