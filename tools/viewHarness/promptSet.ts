// The view of a prompt set in a browser, on the real session of the host: only VS Code itself is missing.
import path from 'node:path';
import esbuild from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import type { ToHost, ToView } from '../../src/shared/rpc.ts';
import type { FakePromptSetHost } from '../../test/fakes/promptSetHost.ts';
import { THEMES, type ThemeName } from './themes.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const ADDRESS = 'http://prompt-set.invalid/';
let bundle: Promise<string> | null = null;

/** Opens the view on a host. What the page complains of goes to `complain`. */
export async function openPromptSet(
  browser: Browser,
  host: FakePromptSetHost,
  {
    theme = 'dark',
    viewport = { width: 1280, height: 800 },
    saved = null,
    complain = (message) => console.log(message),
  }: {
    theme?: ThemeName;
    viewport?: { width: number; height: number };
    /** What the view kept when it was last open. */
    saved?: unknown;
    complain?(message: string): void;
  } = {},
): Promise<Page> {
  const page = await browser.newPage({ viewport });
  page.on('pageerror', (error) => complain(error.stack ?? String(error)));
  // The component library tries an empty inline style, which the policy refuses to no harm.
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('inline style')) complain(message.text());
  });
  bundle ??= bundled();
  const script = await bundle;
  await page.route(`${ADDRESS}**`, (route) =>
    route.request().url().endsWith('.js')
      ? route.fulfill({ contentType: 'text/javascript', body: script })
      : route.fulfill({
          contentType: 'text/html; charset=utf-8',
          headers: {
            'content-security-policy': "default-src 'none'; script-src 'nonce-x'; style-src 'self'",
          },
          body: '<!doctype html><html lang="en"><body></body><script type="module" nonce="x" src="/view.js"></script></html>',
        }),
  );
  await page.exposeFunction('toHost', (message: ToHost) => receive?.(message));
  let receive: ((message: ToHost) => void) | undefined;
  let sending: Promise<unknown> = Promise.resolve();
  await page.addInitScript(`(${SHELL})(${JSON.stringify([THEMES[theme], saved])})`);
  host.serve({
    send(message: ToView) {
      // One after another, as a webview gets them; a page that is closing gets no more.
      sending = sending.then(() => page.evaluate(`fromHost(${JSON.stringify(message)})`)).catch(() => {});
    },
    listen(listener) {
      receive = listener;
      return () => {
        receive = undefined;
      };
    },
  });
  await page.goto(ADDRESS);
  return page;
}

/** What VS Code's shell around a webview does. Runs in the page, before the view. */
const SHELL = `([{ bodyClass, variables }, kept]) => {
  let state = kept;
  window.acquireVsCodeApi = () => ({
    postMessage: (message) => window.toHost(message),
    getState: () => state,
    setState: (next) => { state = next; },
  });
  window.kept = () => state;
  window.fromHost = (data) => { window.dispatchEvent(new MessageEvent('message', { data })); };
  document.addEventListener('readystatechange', () => {
    for (const [name, value] of Object.entries(variables)) {
      document.documentElement.style.setProperty('--vscode-' + name, value);
    }
    document.body.className = bodyClass;
  });
}`;

async function bundled(): Promise<string> {
  const { outputFiles } = await esbuild.build({
    entryPoints: [path.join(ROOT, 'webview/promptSet/main.ts')],
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2023',
    loader: { '.css': 'text' },
  });
  return outputFiles[0]!.text;
}
