import type { Message } from '../../../src/shared/prompt.ts';
import { type FakeServer, httpServer, json, type ReceivedRequest, type Reply } from '../httpServer.ts';
import { delta, stream } from '../openAiServer.ts';
import { tinyId } from '../tinyGguf.ts';
import { type Lie, likeliest, normOf, type TrueModel, type TrueRow, told } from '../trueModel.ts';
import { textOfChat, tokenizeSpecial } from './chatText.ts';
import { streamed } from './writing.ts';

export interface FakeOllamaOptions {
  lie?: Lie;
  /** Default 0.13.0. Before 0.12.11 it ignores that log-probabilities are asked for. */
  version?: string;
  /** What runs; may change while the server does. */
  served?: { digest: string };
  /** What it generates when asked as a chat. */
  writes?: readonly number[];
}

const MOST = 20;
/** What it draws from where the request does not say otherwise. */
const USUAL_TOP_K = 40;

/**
 * Ollama: raw generation of a text with log-probabilities, tokens by their texts; and, where it is not raw, the ids of
 * all that was read and written as `context`. No row comes with a token that ends the generation or is a part of a
 * character. What it draws from is what it tells: the model's distribution only where no filter is left on.
 */
export function fakeOllama(
  model: TrueModel,
  { lie, version = '0.13.0', served = { digest: 'a1b2c3' }, writes = [] }: FakeOllamaOptions = {},
): Promise<FakeServer> {
  const ends = new Set([tinyId('<|end|>'), tinyId('</s>')]);
  const old = /^0\.12\.([0-9]|10)$/.test(version);
  let calls = 0;

  const textOf = (ids: readonly number[]) => Buffer.concat(ids.map((id) => model.bytes(id))).toString('utf8');
  const named = (id: number, logprob: number) => ({
    token: model.text(id),
    logprob: lie === 'nulls' ? null : Math.fround(logprob),
    bytes: [...Buffer.from(model.text(id))],
  });

  const filtered = (row: TrueRow, k: number): TrueRow => {
    const kept = new Set(likeliest(row, k));
    const sum = Math.log([...kept].reduce((total, id) => total + Math.exp(row[id]!), 0));
    return row.map((x, id) => (kept.has(id) ? x - sum : Number.NEGATIVE_INFINITY));
  };

  const generate = async (body: Record<string, unknown>): Promise<Reply> => {
    const {
      raw,
      template,
      context,
      top_logprobs: k = 0,
    } = body as {
      raw?: boolean;
      template?: string;
      context?: number[];
      top_logprobs?: number;
    };
    const {
      temperature = 0.8,
      top_k = USUAL_TOP_K,
      seed = 0,
    } = (body.options ?? {}) as Record<string, number>;
    if (k > MOST) return json(400, { error: `top_logprobs must be between 0 and ${MOST}` });
    if (raw && (template || context)) {
      return json(400, { error: 'raw mode does not support template, system, or context' });
    }
    if (body.prompt === '')
      return json(200, { model: 'fake-model', response: '', done: true, done_reason: 'load' });
    if (!raw && template !== '{{ .Prompt }}') return json(500, { error: 'the fake has this template only' });
    const prompt = (context ? textOf(context) : '') + (body.prompt as string);
    if (body._debug_render_only) {
      return json(200, {
        model: 'fake-model',
        response: '',
        done: false,
        _debug_info: { rendered_template: prompt },
      });
    }
    const ids = [model.bos, ...(await tokenizeSpecial(model, prompt))];
    const last = told(await model.rows(ids), lie, temperature, calls++).at(-1)!;
    const row = top_k === 0 ? last : filtered(last, top_k);
    // As good as any draw: the one that the seed names among the likeliest.
    const drawn = likeliest(row, 8)[temperature === 0 ? 0 : (seed * 3) % 8]!;
    const isText = !ends.has(drawn) && !model.text(drawn).includes('\uFFFD');
    const top = likeliest(row, k);
    const norm = normOf(row, top, lie);
    return json(200, {
      model: 'fake-model',
      response: isText ? model.text(drawn) : '',
      done: true,
      done_reason: isText ? 'length' : 'stop',
      ...(!raw && { context: await tokenizeSpecial(model, prompt + (isText ? model.text(drawn) : '')) }),
      prompt_eval_count: ids.length,
      eval_count: 1,
      ...(body.logprobs === true &&
        isText &&
        !old && {
          logprobs: [
            {
              ...named(drawn, row[drawn]! - norm),
              ...(k > 0 && { top_logprobs: top.map((id) => named(id, row[id]! - norm)) }),
            },
          ],
        }),
    });
  };

  const route = async (request: ReceivedRequest): Promise<Reply> => {
    const body = request.body as Record<string, unknown>;
    switch (`${request.method} ${request.path}`) {
      case 'GET /api/version':
        return json(200, { version });
      case 'GET /v1/models':
        return json(200, {
          object: 'list',
          data: [{ id: 'fake-model', object: 'model', created: 1, owned_by: 'library' }],
        });
      case 'GET /api/tags':
        return json(200, {
          models: [{ name: 'fake-model:latest', model: 'fake-model:latest', digest: served.digest }],
        });
      case 'POST /api/show':
        return json(200, {
          template: '{{ .Prompt }}',
          details: {
            parent_model: '',
            format: 'gguf',
            family: 'llama',
            parameter_size: '50K',
            quantization_level: 'F32',
          },
          model_info: {
            'general.architecture': 'llama',
            'general.parameter_count': 50_000,
            'general.base_model.0.repo_url': 'https://huggingface.co/lab/base',
            'llama.context_length': 4096,
            'llama.vocab_size': model.vocabularySize,
            'tokenizer.ggml.model': 'llama',
            'tokenizer.ggml.tokens': null, // told where “verbose” asks for it
          },
          capabilities: ['completion'],
        });
      case 'POST /api/chat':
        return json(200, {
          model: 'fake-model',
          message: { role: '', content: '' },
          done: false,
          _debug_info: { rendered_template: textOfChat(body.messages as Message[]) },
        });
      case 'POST /v1/chat/completions':
        return stream([
          ...streamed(model, writes).flatMap(({ text }) => (text === '' ? [] : [delta({ content: text })])),
          delta({ content: '' }, { finish_reason: 'stop' }),
        ]);
      case 'POST /api/generate':
        return generate(body);
      default:
        return (response) =>
          void response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found');
    }
  };
  return httpServer(
    (request) => async (response, received, gone) => (await route(request))(response, received, gone),
  );
}
