import type { Message } from '../../../src/shared/prompt.ts';
import { type FakeServer, httpServer, json, type ReceivedRequest, type Reply } from '../httpServer.ts';
import { delta, stream } from '../openAiServer.ts';
import { type Lie, likeliest, normOf, type TrueModel, type TrueRow, told } from '../trueModel.ts';
import { streamed } from './writing.ts';

export interface FakeFireworksOptions {
  lie?: Lie;
  /** What runs; may change while the server does. */
  served?: { name: string };
  /** What it generates when asked as a chat. */
  writes?: readonly number[];
}

const MOST = 5;

/**
 * Fireworks: completions over texts or ids, `echo` or the last few tokens by `echo_last`, and log-probabilities in the
 * shape of chats, with ids and bytes. The first token of a text has none. The model's own stand beside those of the
 * distribution that is sampled from.
 */
export function fakeFireworks(
  model: TrueModel,
  { lie, served = { name: 'fake-model' }, writes = [] }: FakeFireworksOptions = {},
): Promise<FakeServer> {
  let calls = 0;

  const named = (id: number, logprob: number | null) => ({
    token: model.text(id),
    logprob: lie === 'nulls' ? null : logprob,
    token_id: id,
    bytes: [...model.bytes(id)],
  });

  const entry = (row: TrueRow | null, id: number, k: number) => {
    if (!row) return { ...named(id, null), sampling_logprob: null, top_logprobs: [] };
    const top = likeliest(row, k);
    const norm = normOf(row, top, lie);
    return {
      ...named(id, Math.fround(row[id]! - norm)),
      sampling_logprob: 0,
      text_offset: 0,
      top_logprobs: top.map((other) => named(other, Math.fround(row[other]! - norm))),
    };
  };

  const completion = async (body: Record<string, unknown>): Promise<Reply> => {
    const { prompt: given, top_logprobs: k = 0 } = body as {
      prompt: string | number[];
      top_logprobs?: number;
    };
    if (k > MOST) {
      return json(400, {
        error: {
          object: 'error',
          type: 'invalid_request_error',
          message: `top_logprobs: Input should be less than or equal to ${MOST}`,
        },
      });
    }
    const prompt = typeof given === 'string' ? [model.bos, ...(await model.tokenize(given))] : given;
    // Ids that do not begin a text are read as if they did; what is asked of them is their texts.
    const rows =
      prompt[0] === model.bos
        ? told(await model.rows(prompt), lie, body.temperature as number, calls++)
        : prompt.map(() => new Float64Array(model.vocabularySize).fill(-Math.log(model.vocabularySize)));
    const last = body.echo ? prompt.length : ((body.echo_last as number | undefined) ?? 0);
    const generated = likeliest(rows.at(-1)!, 1)[0]!;
    const all = [...prompt, generated];
    const from = prompt.length - last;
    const content = all.slice(from).map((id, i) => entry(rows[from + i - 1] ?? null, id, k));
    return json(200, {
      id: 'cmpl-1',
      object: 'text_completion',
      model: served.name,
      choices: [
        {
          index: 0,
          text: all.slice(from).map(model.text).join(''),
          logprobs: body.logprobs === true ? { content } : null,
          finish_reason: 'length',
          ...(body.return_token_ids === true && { prompt_token_ids: prompt, token_ids: [generated] }),
        },
      ],
      usage: { prompt_tokens: prompt.length, completion_tokens: 1, total_tokens: prompt.length + 1 },
    });
  };

  const route = async (request: ReceivedRequest): Promise<Reply> => {
    const body = request.body as Record<string, unknown>;
    switch (`${request.method} ${request.path}`) {
      case 'GET /v1/models':
        return json(200, {
          object: 'list',
          data: [
            {
              id: served.name,
              object: 'model',
              owned_by: 'fireworks',
              kind: 'HF_BASE_MODEL',
              supports_chat: true,
              context_length: 4096,
            },
          ],
        });
      case 'POST /v1/chat/completions': {
        const prompt = await model.render(body.messages as Message[]);
        if (!body.stream) {
          return json(200, {
            object: 'chat.completion',
            choices: [{ index: 0, message: { role: 'assistant', content: 'a' }, finish_reason: 'length' }],
            prompt_token_ids: body.return_token_ids ? prompt : null,
          });
        }
        return stream([
          delta({ role: 'assistant' }),
          ...streamed(model, writes).map(({ id, text }) =>
            delta({ content: text }, body.return_token_ids ? { token_ids: [id] } : {}),
          ),
          delta({}, { finish_reason: 'stop' }),
        ]);
      }
      case 'POST /v1/completions':
        return completion(body);
      default:
        return json(404, { error: { message: 'Path not found', code: 'NOT_FOUND' } });
    }
  };
  return httpServer(
    (request) => async (response, received, gone) => (await route(request))(response, received, gone),
  );
}
