import { type Failure, FailureError, fail } from '../../../shared/failure.ts';
import {
  type Culprit,
  connectionFailure,
  droppedFailure,
  redacted,
  refusedAs,
  wordsOf,
} from '../failures.ts';
import type { Connection } from '../openAiEndpoint.ts';
import { RETRY_POLICY, type RetryPolicy, retryAfter, waitBefore, waited } from '../retry.ts';
import { beginning } from '../watchedFetch.ts';

export interface ServerOptions {
  /** The model and where it runs, for messages. */
  label: string;
  /** As requests name it. */
  model: string;
  connect(signal: AbortSignal): Promise<Connection>;
  /** Default: the global one. */
  fetch?: typeof fetch;
  retry?: Partial<RetryPolicy>;
  /** ms without a byte after which a request is given up. Default 180,000: a server may read a long text first. */
  silence?: number;
}

/** A server's native routes: those that score, tokenize and tell who it is. */
export interface Server {
  readonly label: string;
  readonly model: string;
  /** For messages about what it sent. Valid after the first request. */
  readonly culprit: Culprit;
  /** Requests made so far, repetitions included. */
  readonly requests: number;
  /**
   * The JSON of an answer. Paths under `/v1` follow the pair's URL, others the root of its server.
   * @throws FailureError naming the endpoint and the remedy; the reason of the signal where that aborts.
   */
  ask(path: string, body: object | null, signal: AbortSignal): Promise<unknown>;
  /** The same for an answer that is read as it comes. */
  stream(path: string, body: object, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  /** Of a route that may not be there: null where the server refuses it, or answers with no JSON. */
  lookUp(path: string, body: object | null, signal: AbortSignal): Promise<unknown>;
}

const SILENCE = 180_000;
/** Who a server is it tells at once, or never. In ms. */
const LOOK_UP_SILENCE = 15_000;

export function serverOf(options: ServerOptions): Server {
  const { label, model } = options;
  const policy = { ...RETRY_POLICY, ...options.retry };
  let culprit: Culprit = { label, origin: label, authenticated: false };
  let requests = 0;

  /** A response with success, whose body is watched for silence. */
  async function send(
    path: string,
    body: object | null,
    silence: number,
    signal: AbortSignal,
  ): Promise<{ response: Response; bytes: AsyncGenerator<Uint8Array> }> {
    signal.throwIfAborted();
    const { baseUrl, apiKey } = await options.connect(signal);
    const url = urlOf(baseUrl, path, label);
    culprit = { label, origin: url.origin, authenticated: apiKey !== null };
    const failed = (failure: Failure, cause?: unknown): never => {
      signal.throwIfAborted();
      throw new FailureError(redacted(failure, [apiKey]), { cause });
    };
    const repeated = { rateLimited: 0, serverError: 0 };
    let reconnected = false;
    for (;;) {
      const watch = watchdog(silence);
      requests++;
      let response: Response;
      try {
        response = await (options.fetch ?? fetch)(url, {
          method: body ? 'POST' : 'GET',
          headers: {
            accept: 'application/json, text/event-stream',
            'user-agent': 'driftscope',
            ...(body && { 'content-type': 'application/json' }),
            ...(apiKey !== null && { authorization: `Bearer ${apiKey}` }),
          },
          body: body && JSON.stringify(body),
          signal: AbortSignal.any([signal, watch.signal]),
        });
      } catch (error) {
        watch.end();
        if (!reconnected && isStale(error) && !signal.aborted) {
          reconnected = true;
          continue;
        }
        return failed(
          watch.signal.aborted ? silent(culprit, silence) : connectionFailure(error, culprit),
          error,
        );
      }
      if (response.ok) {
        watch.end(); // until somebody reads: nobody may, and a clock that runs keeps a process alive
        const { body: stream } = response;
        return { response, bytes: watched(stream, watch, (error) => failed(broken(error), error)) };
      }
      const refusal = { status: response.status, headers: response.headers, body: await beginning(response) };
      watch.end();
      const { failure, retry } = refusedAs(refusal, culprit, model);
      if (!retry || ++repeated[retry] > policy[retry]) return failed(failure);
      const wait = waitBefore(repeated[retry], retryAfter(refusal.headers, Date.now()), policy);
      if (wait === null) return failed(failure);
      if (!(await waited(wait, signal))) return failed(failure);
    }

    function broken(error: unknown): Failure {
      return error instanceof Silence ? silent(culprit, silence) : droppedFailure(error, culprit);
    }
  }

  async function ask(
    path: string,
    body: object | null,
    silence: number,
    signal: AbortSignal,
  ): Promise<unknown> {
    const { response, bytes } = await send(path, body, silence, signal);
    const parts: Uint8Array[] = [];
    for await (const part of bytes) parts.push(part);
    const answer = Buffer.concat(parts).toString('utf8');
    try {
      return JSON.parse(answer) as unknown;
    } catch {
      const what = /html/i.test(response.headers.get('content-type') ?? '') ? 'a web page' : 'no JSON';
      return malformed(culprit, `${what} in answer to ${path}`, wordsOf(answer));
    }
  }

  return {
    label,
    model,
    get culprit() {
      return culprit;
    },
    get requests() {
      return requests;
    },
    ask: (path, body, signal) => ask(path, body, options.silence ?? SILENCE, signal),
    async stream(path, body, signal) {
      const { response, bytes } = await send(path, body, options.silence ?? SILENCE, signal);
      const type = response.headers.get('content-type') ?? '';
      if (/html/i.test(type)) {
        await response.body?.cancel().catch(() => {});
        malformed(culprit, `a web page in answer to ${path}`);
      }
      return bytes;
    },
    async lookUp(path, body, signal) {
      try {
        return await ask(path, body, Math.min(options.silence ?? SILENCE, LOOK_UP_SILENCE), signal);
      } catch (error) {
        if (!(error instanceof FailureError)) throw error;
        const { kind } = error.failure;
        if (['model-not-found', 'bad-request', 'malformed-response', 'server-error'].includes(kind))
          return null;
        throw error;
      }
    },
  };
}

/** @throws FailureError `malformed-response` */
export function malformed({ label, origin }: Culprit, what: string, detail?: string | null): never {
  return fail('malformed-response', `${label} at ${origin} sent ${what}.`, {
    remedy: 'Check Pair tells what the server can do; its log may tell why it did this.',
    ...(detail && { detail }),
  });
}

function urlOf(baseUrl: string, path: string, label: string): URL {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    return fail('invalid-input', `The URL of ${label} is no plain http or https address.`, {
      remedy: 'Correct the URL in the pair file; keys belong into the secret store or the environment.',
    });
  }
  const base = baseUrl.replace(/\/+$/, '');
  return new URL(path.startsWith('/v1/') ? base + path.slice(3) : base.replace(/\/v1$/, '') + path);
}

/** A connection that was kept from an earlier request, and that the server had closed in the meantime. */
function isStale(error: unknown): boolean {
  const { code, socket } = ((error as { cause?: unknown } | null)?.cause ?? {}) as {
    code?: unknown;
    socket?: { bytesRead?: number };
  };
  return code === 'UND_ERR_SOCKET' && (socket?.bytesRead ?? 0) > 0;
}

class Silence extends Error {}

interface Watchdog {
  signal: AbortSignal;
  heard(): void;
  end(): void;
}

/** Aborts where nothing is heard for so long. */
function watchdog(ms: number): Watchdog {
  const controller = new AbortController();
  const start = () => setTimeout(() => controller.abort(new Silence()), ms);
  let timer = start();
  return {
    signal: controller.signal,
    heard() {
      clearTimeout(timer);
      timer = start();
    },
    end: () => clearTimeout(timer),
  };
}

async function* watched(
  body: ReadableStream<Uint8Array> | null,
  watch: Watchdog,
  failed: (error: unknown) => never,
): AsyncGenerator<Uint8Array> {
  const reader = body?.getReader();
  try {
    for (;;) {
      watch.heard();
      const part = await reader?.read().catch(failed);
      // A slow reader is no silent server.
      watch.end();
      if (!part || part.done) return;
      yield part.value;
    }
  } finally {
    watch.end();
    await reader?.cancel().catch(() => {});
  }
}

function silent({ label, origin }: Culprit, ms: number): Failure {
  return {
    kind: 'timeout',
    message: `${label} at ${origin} sent nothing for ${Math.round(ms / 1_000)} s.`,
    remedy: 'Check that the model is loaded and the server not overloaded, then retry.',
  };
}
