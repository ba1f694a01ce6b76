// Serves the built views as VS Code would show them: the real bundles under the real content security policy,
// with a fake host in the page. `node tools/viewHarness/serve.ts` prints an address to open by hand.
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import esbuild from 'esbuild';

const root = path.resolve(import.meta.dirname, '../..');

/** Each is a folder of `webview` and shows the scenarios of its name in `page.mjs`. */
export const VIEWS = ['compare', 'check', 'import'] as const;

export interface Harness {
  /** Of the page; takes `?view=…&scenario=…&theme=…`. Without a view: the compare view. */
  url: string;
  close(): Promise<void>;
}

/**
 * Bundles the views from source and serves them on a free port of 127.0.0.1.
 * @param bundle a built compare view, in the place of one from source
 */
export async function serveHarness(bundle?: string): Promise<Harness> {
  const scripts = new Map<string, Uint8Array>([
    ['/page.js', await bundled('tools/viewHarness/page.mjs')],
    ...(await Promise.all(
      VIEWS.map(async (view): Promise<[string, Uint8Array]> => {
        const built = view === 'compare' && bundle ? readFile(bundle) : bundled(`webview/${view}/main.ts`);
        return [`/${view}.js`, await built];
      }),
    )),
  ]);
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const script = scripts.get(pathname);
    if (script) {
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
      return;
    }
    if (pathname !== '/') {
      response.writeHead(404).end();
      return;
    }
    const view = VIEWS.find((name) => name === searchParams.get('view')) ?? 'compare';
    const nonce = randomBytes(16).toString('base64');
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'self'`,
    });
    response.end(`<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${view}</title></head>
  <body></body>
  <script nonce="${nonce}" type="module" src="/page.js"></script>
  <script nonce="${nonce}" type="module" src="/${view}.js"></script>
</html>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bundled(entry: string): Promise<Uint8Array> {
  const { outputFiles } = await esbuild.build({
    entryPoints: [path.join(root, entry)],
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2023',
    loader: { '.css': 'text' },
  });
  return outputFiles[0]!.contents;
}

if (import.meta.main) {
  const { url } = await serveHarness();
  console.log(`${url}?scenario=refused&theme=dark`);
}
