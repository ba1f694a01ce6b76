import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Failure, FailureError, fail } from '../shared/failure.ts';
import type { ErrorBody } from './protocol.ts';

/** A request as a route sees it. */
export interface Request {
  /** The parsed JSON body; null for GET. */
  body: unknown;
  query: URLSearchParams;
  /** Aborts when the client goes away. */
  signal: AbortSignal;
}

/** What a route answers. The status is decided by the first item of a stream: until then it may still fail. */
export type Reply =
  | { json: unknown }
  /** NDJSON, one line an item. */
  | { lines: AsyncIterable<unknown> }
  /** Server-sent events as OpenAI sends them, ended by `[DONE]`. */
  | { events: AsyncIterable<unknown> };

/** Handlers by `METHOD /path`. They throw {@link FailureError}. */
export type Routes = Record<string, (request: Request) => Promise<Reply> | Reply>;

/** Silence after which a stream sends an empty line, in ms: clients drop a connection that says nothing. */
const HEARTBEAT = 15_000;
const MAX_BODY = 64 * 1024 * 1024;

const STATUS: Partial<Record<Failure['kind'], { status: number; code: string }>> = {
  'bad-request': { status: 400, code: 'invalid_request' },
  'context-too-long': { status: 400, code: 'context_length_exceeded' },
  unauthorized: { status: 401, code: 'invalid_api_key' },
  'model-not-found': { status: 404, code: 'model_not_found' },
  'tokenizers-differ': { status: 409, code: 'tokenizers_differ' },
  'model-file': { status: 422, code: 'model_file' },
  'out-of-memory': { status: 507, code: 'out_of_memory' },
};

/** Listens on a free port of 127.0.0.1 and returns it. Answers only requests that carry the key. */
export async function serve(routes: Routes, apiKey: string): Promise<number> {
  const expected = digest(`Bearer ${apiKey}`);
  const server = createServer((request, response) => {
    // A page in a browser may reach this port under a name of its own (DNS rebinding): such a name stands in Host.
    if (!isLoopback(request.headers.host)) {
      return sendError(response, 403, {
        message: 'The engine answers requests to 127.0.0.1 only.',
        type: 'bad-request',
        code: 'forbidden_host',
      });
    }
    if (!timingSafeEqual(digest(request.headers.authorization ?? ''), expected)) {
      return sendFailure(response, {
        kind: 'unauthorized',
        message: 'The engine was called without its key.',
      });
    }
    void answer(request, response, routes);
  });
  // A model may take minutes to load; the sender of a request body has no such excuse.
  server.requestTimeout = 60_000;
  // A busy client may be late to notice that a connection which it kept was closed, and then its next request is lost.
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** SHA-256, so that both sides of the comparison have one length whatever was sent. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function isLoopback(host: string | undefined): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(host ?? '');
}

async function answer(request: IncomingMessage, response: ServerResponse, routes: Routes): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  try {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const name = `${request.method} ${url.pathname}`;
    const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
    if (!route) {
      return sendError(response, 404, {
        message: `The engine has no route ${name}.`,
        type: 'bad-request',
        code: 'not_found',
      });
    }
    const body = request.method === 'GET' ? null : await readJson(request);
    const reply = await route({ body, query: url.searchParams, signal: gone.signal });
    if ('json' in reply) sendJson(response, 200, reply.json);
    else if ('lines' in reply) await sendStream(response, reply.lines, NDJSON, gone.signal);
    else await sendStream(response, reply.events, EVENTS, gone.signal);
  } catch (error) {
    if (gone.signal.aborted) return;
    const failure = failureOf(error);
    if (response.headersSent) response.destroy();
    else sendFailure(response, failure);
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MAX_BODY) fail('bad-request', 'The request is larger than 64 MB.');
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch {
    fail('bad-request', 'The request is not JSON.');
  }
}

interface StreamFormat {
  type: string;
  item(value: unknown): string;
  heartbeat: string;
  end: string;
}

const NDJSON: StreamFormat = {
  type: 'application/x-ndjson',
  item: (value) => `${JSON.stringify(value)}\n`,
  heartbeat: '\n',
  end: '',
};

const EVENTS: StreamFormat = {
  type: 'text/event-stream',
  item: (value) => `data: ${JSON.stringify(value)}\n\n`,
  heartbeat: ':\n\n',
  end: 'data: [DONE]\n\n',
};

async function sendStream(
  response: ServerResponse,
  items: AsyncIterable<unknown>,
  format: StreamFormat,
  signal: AbortSignal,
): Promise<void> {
  const write = async (text: string) => {
    if (!response.headersSent) {
      response.writeHead(200, {
        'content-type': `${format.type}; charset=utf-8`,
        'cache-control': 'no-store',
      });
    }
    if (!response.write(text)) await drained(response, signal);
  };
  const beat = setInterval(() => void write(format.heartbeat), HEARTBEAT);
  try {
    for await (const item of items) {
      signal.throwIfAborted();
      await write(format.item(item));
      beat.refresh();
    }
    await write(format.end);
  } catch (error) {
    if (!response.headersSent || signal.aborted) throw error;
    await write(format.item(errorBody(failureOf(error))));
  } finally {
    clearInterval(beat);
  }
  response.end();
}

/** Waits until the client has read enough, or has gone. */
function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    response.once('drain', done);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
}

function failureOf(error: unknown): Failure {
  if (error instanceof FailureError) return error.failure;
  // A bug of ours: the stack belongs in the log, which the parent reads from stderr.
  console.error(error);
  return {
    kind: 'internal',
    message: `The engine failed: ${error instanceof Error ? error.message : error}`,
  };
}

function errorBody(failure: Failure): ErrorBody {
  const { kind, message, remedy, detail } = failure;
  return {
    error: {
      message,
      type: kind,
      code: STATUS[kind]?.code ?? kind,
      ...(remedy === undefined ? {} : { remedy }),
      ...(detail === undefined ? {} : { detail }),
    },
  };
}

function sendFailure(response: ServerResponse, failure: Failure): void {
  sendJson(response, STATUS[failure.kind]?.status ?? 500, errorBody(failure));
}

function sendError(response: ServerResponse, status: number, error: ErrorBody['error']): void {
  sendJson(response, status, { error } satisfies ErrorBody);
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const text = JSON.stringify(value);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  });
  response.end(text);
}
