import type { Message } from '../../../src/shared/prompt.ts';
import { type FakeServer, httpServer, json, type ReceivedRequest, type Reply } from '../httpServer.ts';
import { chunk, delta, sse, streamBytes } from '../openAiServer.ts';
import { tinyId } from '../tinyGguf.ts';
import { likeliest, type TrueModel } from '../trueModel.ts';
import { streamed } from './writing.ts';

export interface FakeHostedOptions {
  /** What it generates when asked as a chat: ids, none of them a delimiter. */
  writes: { trace: readonly number[]; answer: readonly number[] };
  /** Its models do not tell log-probabilities. Default false. */
  refusesLogprobs?: boolean;
}

/** Log-probabilities beyond these many are −9999. */
const MOST = 20;

interface Written {
  text: string;
  /** An entry of `logprobs.content`. */
  told: Record<string, unknown>;
}

/** What a chat of the model is, with what the model itself gave to each token. */
async function written(
  model: TrueModel,
  messages: readonly Message[],
  { trace, answer }: FakeHostedOptions['writes'],
): Promise<{ trace: Written[]; answer: Written[] }> {
  const prompt = await model.render(messages);
  const delimited = trace.length > 0 ? [tinyId('<think>'), ...trace, tinyId('</think>')] : [];
  const rows = await model.rows([...prompt, ...delimited, ...answer]);
  const part = (ids: readonly number[], start: number) =>
    streamed(model, ids).map(({ id, text }, t) => {
      const row = rows[prompt.length + start + t - 1]!;
      const listed = likeliest(row, MOST).includes(id);
      const bytes = [...model.bytes(id)];
      return {
        text,
        told: { token: model.text(id), logprob: listed ? row[id]! : -9_999, bytes, top_logprobs: [] },
      };
    });
  return { trace: part(trace, 1), answer: part(answer, delimited.length) };
}

interface Host {
  models: unknown;
  refusal: string;
  events(of: { trace: Written[]; answer: Written[] }, logprobs: boolean): unknown[];
}

function hosted(model: TrueModel, { writes, refusesLogprobs = false }: FakeHostedOptions, host: Host) {
  const route = async ({ method, path, body }: ReceivedRequest): Promise<Reply> => {
    switch (`${method} ${path}`) {
      case 'GET /v1/models':
        return json(200, host.models);
      case 'POST /v1/chat/completions': {
        const { messages, logprobs = false } = body as { messages: Message[]; logprobs?: boolean };
        if (logprobs && refusesLogprobs) {
          const error = {
            message: host.refusal,
            type: 'invalid_request_error',
            param: 'logprobs',
            code: null,
          };
          return json(400, { error });
        }
        const events = host.events(await written(model, messages, writes), logprobs);
        // OpenRouter keeps the connection alive by comments.
        return streamBytes([': PROCESSING\n\n', ...events.map(sse)].map((text) => Buffer.from(text)));
      }
      default:
        return json(404, {
          error: { message: `Invalid URL (${method} ${path})`, type: 'invalid_request_error' },
        });
    }
  };
  return httpServer(
    (request) => async (response, received, gone) => (await route(request))(response, received, gone),
  );
}

const usage = chunk([], { usage: { prompt_tokens: 9, completion_tokens: 9, total_tokens: 18 } });
const list = (card: object) => ({ object: 'list', data: [{ id: 'fake-model', object: 'model', ...card }] });

/** OpenAI: `content` only. A trace there is, and it is not shown. */
export function fakeOpenAi(model: TrueModel, options: FakeHostedOptions): Promise<FakeServer> {
  return hosted(model, options, {
    models: list({ owned_by: 'openai' }),
    refusal: 'logprobs are not supported with reasoning models.',
    events: ({ answer }, logprobs) => [
      delta({ role: 'assistant', content: '', refusal: null }),
      ...answer.map(({ text, told }) =>
        delta({ content: text }, { logprobs: logprobs ? { content: [told], refusal: null } : null }),
      ),
      delta({}, { finish_reason: 'stop' }),
      usage,
    ],
  });
}

/** DeepSeek: `reasoning_content` beside `content`, one of them null, and log-probabilities under the same names. */
export function fakeDeepSeek(model: TrueModel, options: FakeHostedOptions): Promise<FakeServer> {
  return hosted(model, options, {
    models: list({ owned_by: 'deepseek' }),
    refusal: 'deepseek-reasoner does not support the parameter `logprobs`.',
    events: ({ trace, answer }, logprobs) => [
      delta({ role: 'assistant', content: null, reasoning_content: '' }),
      ...trace.map(({ text, told }) =>
        delta(
          { content: null, reasoning_content: text },
          { logprobs: logprobs ? { content: null, reasoning_content: [told] } : null },
        ),
      ),
      ...answer.map(({ text, told }) =>
        delta(
          { content: text, reasoning_content: null },
          { logprobs: logprobs ? { content: [told], reasoning_content: null } : null },
        ),
      ),
      delta({ content: '', reasoning_content: null }, { finish_reason: 'stop' }),
    ],
  });
}

/** OpenRouter: `reasoning`, and the same again as `reasoning_details`; models with their prices and providers. */
export function fakeOpenRouter(model: TrueModel, options: FakeHostedOptions): Promise<FakeServer> {
  return hosted(model, options, {
    models: {
      data: [
        {
          id: 'fake-model',
          name: 'Lab: Fake Model',
          context_length: 4096,
          pricing: { prompt: '0', completion: '0' },
          top_provider: { context_length: 4096, max_completion_tokens: null, is_moderated: false },
          supported_parameters: ['max_tokens', 'reasoning', 'logprobs'],
        },
      ],
    },
    refusal: 'Provider returned error: logprobs is not supported',
    events: ({ trace, answer }, logprobs) => [
      ...trace.map(({ text, told }) =>
        delta(
          {
            role: 'assistant',
            content: '',
            reasoning: text,
            reasoning_details: [{ type: 'reasoning.text', text, format: 'unknown', index: 0 }],
          },
          { native_finish_reason: null, logprobs: logprobs ? { content: [told], refusal: null } : null },
        ),
      ),
      ...answer.map(({ text, told }) =>
        delta(
          { role: 'assistant', content: text },
          { native_finish_reason: null, logprobs: logprobs ? { content: [told], refusal: null } : null },
        ),
      ),
      delta({ role: 'assistant', content: '' }, { finish_reason: 'stop', native_finish_reason: 'stop' }),
      usage,
    ],
  });
}
