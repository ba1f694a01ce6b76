import type { Message } from '../../../src/shared/prompt.ts';
import { type FakeServer, httpServer, json, type ReceivedRequest, type Reply } from '../httpServer.ts';
import { delta, stream } from '../openAiServer.ts';
import { type Lie, type TrueModel, told } from '../trueModel.ts';
import { textOfChat, tokenizeSpecial } from './chatText.ts';
import { streamed } from './writing.ts';

export interface FakeTgiOptions {
  lie?: Lie;
  /** What runs; may change while the server does. */
  served?: { name: string };
  /** What it generates when asked as a chat. */
  writes?: readonly number[];
}

/**
 * Text Generation Inference: `prefill` details with the ids, texts and log-probabilities of a prompt's tokens, the first
 * without one, and no other token's. Prompts are text and get a BOS; `/chat_tokenize` tells the text of a chat, in which
 * the template has written one already.
 */
export function fakeTgi(
  model: TrueModel,
  { lie, served = { name: 'lab/fake-model' }, writes = [] }: FakeTgiOptions = {},
): Promise<FakeServer> {
  let calls = 0;

  const read = async (inputs: string) => [model.bos, ...(await tokenizeSpecial(model, inputs))];
  const tokens = (ids: readonly number[]) =>
    ids.map((id) => ({ id, text: id === model.bos ? '<s>' : model.text(id), start: 0, stop: 0 }));

  const generate = async (body: Record<string, unknown>): Promise<Reply> => {
    if (typeof body.inputs !== 'string') {
      return json(422, {
        error: 'Failed to deserialize the JSON body into the target type',
        error_type: 'validation',
      });
    }
    const { temperature = 0, decoder_input_details } = body.parameters as {
      temperature?: number;
      decoder_input_details?: boolean;
    };
    const ids = await read(body.inputs);
    const rows = told(await model.rows(ids), lie, temperature, calls++);
    const logprob = (t: number) => {
      const row = rows[t - 1];
      if (!row || lie === 'nulls') return null;
      return Math.fround(row[ids[t]!]!);
    };
    return json(200, {
      generated_text: ' the',
      details: {
        finish_reason: 'length',
        generated_tokens: 1,
        seed: null,
        prefill: decoder_input_details
          ? ids.map((id, t) => ({ id, text: id === model.bos ? '<s>' : model.text(id), logprob: logprob(t) }))
          : [],
        tokens: [{ id: 5, text: ' the', logprob: -1, special: false }],
      },
    });
  };

  const route = async (request: ReceivedRequest): Promise<Reply> => {
    const body = request.body as Record<string, unknown>;
    switch (`${request.method} ${request.path}`) {
      case 'GET /info':
        return json(200, {
          model_id: served.name,
          model_sha: null,
          model_pipeline_tag: 'text-generation',
          max_concurrent_requests: 128,
          max_best_of: 2,
          max_input_tokens: 4095,
          max_total_tokens: 4096,
          max_client_batch_size: 4,
          router: 'text-generation-router',
          version: '3.3.4',
          sha: null,
          docker_label: null,
        });
      case 'GET /v1/models':
        return json(200, {
          object: 'list',
          data: [{ id: served.name, object: 'model', created: 0, owned_by: served.name }],
        });
      case 'POST /tokenize':
        return json(200, tokens(await read(body.inputs as string)));
      case 'POST /chat_tokenize': {
        const messages = body.messages as Message[];
        const templated_text = `<s>${textOfChat(messages)}`;
        return json(200, { tokenize_response: tokens(await model.render(messages)), templated_text });
      }
      case 'POST /v1/chat/completions':
        return stream([
          ...streamed(model, writes).flatMap(({ text }) => (text === '' ? [] : [delta({ content: text })])),
          delta({ content: '' }, { finish_reason: 'stop' }),
        ]);
      case 'POST /generate':
        return generate(body);
      default:
        return json(404, { error: 'Not Found', error_type: 'not_found' });
    }
  };
  return httpServer(
    (request) => async (response, received, gone) => (await route(request))(response, received, gone),
  );
}
