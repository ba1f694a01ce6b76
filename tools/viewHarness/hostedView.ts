// A view in a browser, on a host that lives in this process: only VS Code itself is missing.
import path from 'node:path';
import esbuild from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import type { ToHost, ToView, Wire } from '../../src/shared/rpc.ts';
import { THEMES, type ThemeName } from './themes.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const ADDRESS = 'http://view.invalid/';
const bundles = new Map<string, Promise<string>>();

export interface HostedViewOptions {
  theme?: ThemeName;
  viewport?: { width: number; height: number };
  /** What the view kept when it was last open. */
  saved?: unknown;
  /** Hears what the page complains of. */
  complain?(message: string): void;
}

/**
 * Opens a view on a host.
 * @param view a folder of `webview`
 */
export async function openHostedView(
  browser: Browser,
  view: string,
  host: { serve(wire: Wire<ToView, ToHost>): void },
  {
    theme = 'dark',
    viewport = { width: 1280, height: 800 },
    saved = null,
    complain = (message) => console.log(message),
  }: HostedViewOptions = {},
): Promise<Page> {
  const page = await browser.newPage({ viewport });
  page.on('pageerror', (error) => complain(error.stack ?? String(error)));
  // The component library tries an empty inline style, which the policy refuses to no harm.
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('inline style')) complain(message.text());
  });
  const bundle = bundles.get(view) ?? bundled(view);
  bundles.set(view, bundle);
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
  let receive: ((message: ToHost) => void) | undefined;
  let sending: Promise<unknown> = Promise.resolve();
  await page.exposeFunction('toHost', (message: ToHost) => receive?.(message));
  await page.addInitScript(`(${SHELL})(${JSON.stringify([THEMES[theme], saved])})`);
  host.serve({
    send(message) {
      // One after another, as a webview gets them; a page that is closing gets no more.
      sending = sending
        .then(() => page.evaluate(`fromHost(${JSON.stringify(message, typedArrays)})`))
        .catch(() => {});
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

/** VS Code's messages carry typed arrays as they are; ours are text. */
function typedArrays(_key: string, value: unknown): unknown {
  if (!ArrayBuffer.isView(value) || value instanceof DataView) return value;
  return { typedArray: value.constructor.name, values: [...(value as Float64Array)] };
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
  const revive = (value) => {
    if (value === null || typeof value !== 'object') return value;
    if (value.typedArray) return window[value.typedArray].from(value.values);
    for (const key of Object.keys(value)) value[key] = revive(value[key]);
    return value;
  };
  window.fromHost = (data) => { window.dispatchEvent(new MessageEvent('message', { data: revive(data) })); };
  document.addEventListener('readystatechange', () => {
    for (const [name, value] of Object.entries(variables)) {
      document.documentElement.style.setProperty('--vscode-' + name, value);
    }
    document.body.className = bodyClass;
  });
}`;

async function bundled(view: string): Promise<string> {
  const { outputFiles } = await esbuild.build({
    entryPoints: [path.join(ROOT, 'webview', view, 'main.ts')],
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
