import type { Prefix } from '../core/drift/scoring.ts';
import type { WantedDepth } from '../shared/pair.ts';
import { chatChunks, chatCompletion } from './chat.ts';
import { download } from './download.ts';
import type { LoadedModel, ModelStore } from './models.ts';
import { plainTokens, renderPrefix } from './prompt.ts';
import type { LoadLine, PrefixRequest } from './protocol.ts';
import { chatRequest, integer, object, prefixRequest, text, tokenIds } from './requests.ts';
import { drift, score } from './score.ts';
import type { Routes } from './server.ts';
import { requireSameTokenizer } from './tokenizers.ts';
import { turns } from './turns.ts';

/** How many alternatives a scored position has where the request does not say. */
const DEFAULT_TOP = 10;

/** Every route of the engine. Models are named by absolute path, and loaded when first named. */
export function routes(models: ModelStore, library: typeof import('node-llama-cpp')): Routes {
  // Scoring makes contexts of its own: one request at a time keeps their memory that of one pair.
  const scoring = turns();

  async function* inTurn<T>(signal: AbortSignal, items: () => AsyncIterable<T>): AsyncGenerator<T> {
    const done = await scoring.take(signal);
    try {
      yield* items();
    } finally {
      done();
    }
  }

  return {
    'GET /health': () => ({ json: { status: 'ok' } }),

    'GET /v1/models': () => ({
      json: {
        object: 'list',
        data: models.loaded().map(({ identity }) => ({
          id: identity.id,
          object: 'model',
          owned_by: 'driftscope',
          max_model_len: identity.contextLength,
        })),
      },
    }),

    'GET /props': async ({ query }) => {
      const wanted = query.get('model');
      const chosen = wanted === null ? models.loaded() : [await models.get(wanted)];
      const version = await library.getModuleVersion();
      return {
        json: {
          engine: { name: 'driftscope', nodeLlamaCpp: version },
          models: chosen.map((model) => model.identity),
        },
      };
    },

    'POST /models/load': ({ body }) => ({
      lines: loading(models, text(object(body, 'The request').model, 'model')),
    }),

    'POST /models/download': ({ body, signal }) => {
      const { uri, directory } = object(body, 'The request');
      return { lines: download(library, text(uri, 'uri'), text(directory, 'directory'), signal) };
    },

    'POST /v1/chat/completions': async ({ body, signal }) => {
      const request = chatRequest(body);
      const model = await models.get(request.model);
      if (request.stream) return { events: chatChunks(model, request, signal) };
      return { json: await chatCompletion(model, request, signal) };
    },

    'POST /tokenize': async ({ body }) => {
      const fields = object(body, 'The request');
      const model = await models.get(text(fields.model, 'model'));
      // As vLLM's: a chat in the model's template, up to where the assistant's turn begins.
      if (fields.messages !== undefined) {
        const { ids } = renderPrefix(model, prefixOf(prefixRequest(body, 'The request')));
        return { json: { tokens: ids } };
      }
      const start = fields.add_special === true && model.bos ? [model.bos.id] : [];
      const ids = [...start, ...plainTokens(model, text(fields.content, 'content'))];
      return { json: { tokens: fields.with_pieces === true ? ids.map((id) => piece(model, id)) : ids } };
    },

    'POST /detokenize': async ({ body }) => {
      const fields = object(body, 'The request');
      const model = await models.get(text(fields.model, 'model'));
      const ids = tokenIds(fields.tokens, model.vocabulary.size);
      const bytes = Buffer.concat(ids.map((id) => model.vocabulary.bytesOf(id)));
      const pieces = fields.with_pieces === true && { pieces: ids.map((id) => piece(model, id)) };
      return { json: { content: bytes.toString('utf8'), bytes: bytes.toString('base64'), ...pieces } };
    },

    'POST /v1/score': async ({ body, signal }) => {
      const fields = object(body, 'The request');
      const request = prefixRequest(body, 'The request');
      const model = await models.get(request.model);
      const ids = tokenIds(fields.ids, model.vocabulary.size);
      const top = topOf(fields.top);
      return { lines: inTurn(signal, () => score(model, { prefix: prefixOf(request), ids, top }, signal)) };
    },

    'POST /v1/drift': async ({ body, signal }) => {
      const fields = object(body, 'The request');
      const baseline = prefixRequest(fields.baseline, '"baseline"');
      const reasoning = prefixRequest(fields.reasoning, '"reasoning"');
      const pair = {
        baseline: await models.get(baseline.model),
        reasoning: await models.get(reasoning.model),
      };
      requireSameTokenizer(pair.baseline, pair.reasoning);
      const ids = tokenIds(fields.ids, pair.baseline.vocabulary.size);
      const top = topOf(fields.top);
      const k = depthOf(fields.k);
      const prefixes = { baseline: prefixOf(baseline), reasoning: prefixOf(reasoning) };
      return { lines: inTurn(signal, () => drift(pair, { prefixes, ids, top, k }, signal)) };
    },
  };
}

function prefixOf(request: PrefixRequest): Prefix {
  return 'messages' in request ? { messages: request.messages } : { text: request.text };
}

function topOf(value: unknown): number {
  return value === undefined ? DEFAULT_TOP : integer(value, 'top', 0, 2 ** 31);
}

function depthOf(value: unknown): WantedDepth | undefined {
  return value === undefined || value === 'all' ? value : integer(value, 'k', 1, 2 ** 31);
}

/** A token's exact bytes: as a string where they are UTF-8, else as numbers. The shape of llama.cpp's server. */
function piece(model: LoadedModel, id: number): { id: number; piece: string | number[] } {
  const bytes = Buffer.from(model.vocabulary.bytesOf(id));
  const isText = Buffer.from(bytes.toString('utf8'), 'utf8').equals(bytes);
  return { id, piece: isText ? bytes.toString('utf8') : [...bytes] };
}

/** Loads a model and says how far it is. */
async function* loading(models: ModelStore, path: string): AsyncGenerator<LoadLine> {
  let share = 0;
  let moved = () => {};
  const model = models.get(path, (progress) => {
    share = progress;
    moved();
  });
  // Whoever stops listening never awaits it; the next request for the model hears of the failure.
  model.catch(() => {});
  let told = 0;
  for (;;) {
    const step = new Promise<null>((resolve) => {
      moved = () => {
        if (share >= told + 0.05) resolve(null);
      };
    });
    const loaded = await Promise.race([model, step]);
    if (loaded) return yield { loaded: loaded.identity };
    told = share;
    yield { progress: share };
  }
}
