import type { Message } from '../../../src/shared/prompt.ts';
import { type FakeServer, httpServer, json, type ReceivedRequest, type Reply } from '../httpServer.ts';
import { delta, stream } from '../openAiServer.ts';
import { tinyId } from '../tinyGguf.ts';
import { type Lie, likeliest, normOf, type TrueModel, type TrueRow, told } from '../trueModel.ts';
import { textOfChat, tokenizeSpecial } from './chatText.ts';
import { streamed } from './writing.ts';

export interface FakeLlamaServerOptions {
  lie?: Lie;
  /** What runs; may change while the server does, as after a restart. */
  served?: { path: string };
  /** What it generates when asked as a chat. Its events have no ids. */
  writes?: readonly number[];
}

export interface FakeLlamaServer extends FakeServer {
  /** Tokens that the server read, those that its prompt cache spared it not counted. */
  readonly evaluated: number;
}

/** The lowest float32: how −∞ is written. */
const LOWEST = -3.4028234663852886e38;

/**
 * llama.cpp's server: streams what a grammar of token ids makes it generate, with rows of the distribution before
 * sampling. Its grammars reject every token that is a part of a UTF-8 character. A grammar that demands a token that
 * ends a generation, or one without text, makes llama.cpp abort: so does this. Integer prompts get no BOS.
 */
export async function fakeLlamaServer(
  model: TrueModel,
  { lie, served = { path: '/models/fake-model.gguf' }, writes = [] }: FakeLlamaServerOptions = {},
): Promise<FakeLlamaServer> {
  const endsGeneration = new Set([tinyId('<|end|>'), tinyId('</s>')]);
  let calls = 0;
  let evaluated = 0;
  let cached: number[] = [];
  let aborted = false;

  const listed = (id: number, logprob: number) => {
    const text = model.text(id);
    return {
      id,
      token: text.includes('\uFFFD') ? '' : text,
      bytes: [...model.bytes(id)],
      logprob: logprob === Number.NEGATIVE_INFINITY ? LOWEST : Math.fround(logprob),
    };
  };

  const completion =
    (body: Record<string, unknown>): Reply =>
    async (response) => {
      const forced = [...(body.grammar as string).matchAll(/<\[(\d+)\]>/g)].map((match) => Number(match[1]));
      const n = body.n_predict as number;
      const prompt = body.prompt as number[];
      if (
        forced.some(
          (id) => endsGeneration.has(id) || model.bytes(id).length === 0 || model.bytes(id)[0] === 0,
        )
      ) {
        aborted = true;
        response.socket?.resetAndDestroy();
        return;
      }
      if (forced.some((id) => !isUtf8(model.bytes(id)))) {
        const error = { code: 500, message: 'Unexpected empty grammar stack', type: 'server_error' };
        return void response
          .writeHead(200, { 'content-type': 'text/event-stream' })
          .end(`data: ${JSON.stringify({ error })}\n\n`);
      }
      const read = [...prompt, ...forced.slice(0, -1)];
      let shared = 0;
      while (shared < Math.min(cached.length, prompt.length - 1) && cached[shared] === prompt[shared])
        shared++;
      evaluated += read.length - shared;
      cached = read;
      const all = told(await model.rows(read), lie, body.temperature as number, calls++);
      const rows = all.slice(prompt.length - 1);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const [t, id] of forced.slice(0, n).entries()) {
        const event = {
          index: 0,
          content: model.text(id),
          tokens: [id],
          stop: false,
          id_slot: 0,
          tokens_predicted: t + 1,
          tokens_evaluated: prompt.length,
          completion_probabilities: [row(rows[t]!, id, body.n_probs as number)],
        };
        response.write(`data: ${JSON.stringify(event)}\n\n`);
      }
      const last = { index: 0, content: '', tokens: [], stop: true, stop_type: 'limit', tokens_predicted: n };
      response.end(`data: ${JSON.stringify(last)}\n\n`);
    };

  const row = (distribution: TrueRow, id: number, k: number) => {
    const top = likeliest(distribution, k);
    const norm = normOf(distribution, top, lie);
    return {
      ...listed(id, distribution[id]! - norm),
      ...(lie === 'nulls' && { logprob: null }),
      top_logprobs: top.map((other) => ({
        ...listed(other, distribution[other]! - norm),
        ...(lie === 'nulls' && { logprob: null }),
      })),
    };
  };

  const tokenize = async (body: Record<string, unknown>): Promise<Reply> => {
    const parts = Array.isArray(body.content)
      ? (body.content as (string | number)[])
      : [body.content as string];
    const tokens = body.add_special ? [model.bos] : [];
    for (const part of parts) {
      if (typeof part === 'number') tokens.push(part);
      else
        tokens.push(
          ...(body.parse_special ? await tokenizeSpecial(model, part) : await model.tokenize(part)),
        );
    }
    if (!body.with_pieces) return json(200, { tokens });
    const pieces = tokens.map((id) => {
      const bytes = Buffer.from(model.bytes(id));
      const text = bytes.toString('utf8');
      return { id, piece: Buffer.from(text).equals(bytes) ? text : [...bytes] };
    });
    return json(200, { tokens: pieces });
  };

  const route = async (request: ReceivedRequest): Promise<Reply> => {
    const body = request.body as Record<string, unknown>;
    if (aborted) return (response) => void response.socket?.resetAndDestroy();
    switch (`${request.method} ${request.path}`) {
      case 'GET /props':
        return json(200, {
          default_generation_settings: { n_ctx: 4096, params: {} },
          total_slots: 1,
          model_path: served.path,
          model_ftype: 'all F32',
          chat_template: 'tiny',
          bos_token: '<s>',
          eos_token: '<|end|>',
          build_info: 'b0-fake',
        });
      case 'GET /v1/models':
        return json(200, {
          object: 'list',
          data: [
            {
              id: served.path,
              object: 'model',
              owned_by: 'llamacpp',
              meta: { n_vocab: model.vocabularySize, n_ctx_train: 4096, n_params: 50_000, size: 200_000 },
            },
          ],
        });
      case 'POST /apply-template':
        return json(200, { prompt: textOfChat(body.messages as Message[]) });
      case 'POST /tokenize':
        return tokenize(body);
      case 'POST /detokenize':
        return json(200, {
          content: Buffer.concat((body.tokens as number[]).map((id) => model.bytes(id))).toString('utf8'),
        });
      case 'POST /v1/chat/completions':
        return stream([
          delta({ role: 'assistant', content: null }),
          ...streamed(model, writes).flatMap(({ text }) => (text === '' ? [] : [delta({ content: text })])),
          delta({}, { finish_reason: 'stop' }),
        ]);
      case 'POST /completion':
        return completion(body);
      default:
        return json(404, { error: { code: 404, message: 'File Not Found', type: 'not_found_error' } });
    }
  };
  const server = await httpServer(
    (request) => async (response, received, gone) => (await route(request))(response, received, gone),
  );
  return Object.defineProperties(server, { evaluated: { get: () => evaluated } }) as FakeLlamaServer;
}

function isUtf8(bytes: Uint8Array): boolean {
  return Buffer.from(Buffer.from(bytes).toString('utf8')).equals(bytes);
}
