import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a fake server was asked. */
export interface ReceivedRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  /** The JSON body; undefined where there was none. */
  body: unknown;
}

/** How a fake answers one request. Whatever it awaits is cut short when the client goes away or the fake closes. */
export type Reply = (
  response: ServerResponse,
  request: ReceivedRequest,
  gone: AbortSignal,
) => void | Promise<void>;

export interface FakeServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  origin: string;
  /** All that was asked, in order. */
  requests: ReceivedRequest[];
  /** How many clients hung up before their answer was complete. */
  readonly abandoned: number;
  /** How many requests are neither answered in full nor abandoned yet. */
  readonly open: number;
}

/** An HTTP server on a free loopback port. `await using` ends it, connections included. */
export async function httpServer(replyTo: (request: ReceivedRequest) => Reply): Promise<FakeServer> {
  const requests: ReceivedRequest[] = [];
  let abandoned = 0;
  let open = 0;
  const server = createServer((incoming, response) => {
    const gone = new AbortController();
    open++;
    response.on('close', () => {
      open--;
      if (!response.writableFinished) abandoned++;
      gone.abort();
    });
    const answer = async () => {
      const parts: Buffer[] = [];
      for await (const part of incoming) parts.push(part as Buffer);
      const text = Buffer.concat(parts).toString('utf8');
      const request: ReceivedRequest = {
        method: incoming.method ?? '',
        path: incoming.url ?? '',
        headers: incoming.headers,
        body: text === '' ? undefined : JSON.parse(text),
      };
      requests.push(request);
      await replyTo(request)(response, request, gone.signal);
    };
    answer().catch((error: unknown) => {
      if (!gone.signal.aborted) response.destroy(error as Error);
    });
  });
  // A test that computes for seconds must not find that a connection which it kept was closed.
  server.keepAliveTimeout = 600_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get abandoned() {
      return abandoned;
    },
    get open() {
      return open;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Answers with JSON. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Reply {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
}
