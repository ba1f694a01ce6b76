// How long the extension takes to activate, beside one that does nothing: both in the extension host of a real editor.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../browser.ts';
import { type RunningEditor, startEditor } from '../realEditor.ts';
import type { Measurement } from './case.ts';
import { installFromSource } from './sourceExtension.ts';

const WINDOWS = 7;
const NOTHING = 'exports.activate = () => {};';

/** Activates both, and before them one that does nothing either, for what only the first costs; writes down how long each took. */
const STOPWATCH = `const vscode = require('vscode');
const { appendFileSync } = require('node:fs');
const { join } = require('node:path');
exports.activate = async () => {
  // VS Code itself is still busy when it says that it has started.
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const times = {};
  for (const id of ['bench.first', 'bench.nothing', 'driftscope.driftscope']) {
    const extension = vscode.extensions.getExtension(id);
    if (extension.isActive) throw new Error(id + ' is active already');
    const start = performance.now();
    await extension.activate();
    times[id] = performance.now() - start;
  }
  appendFileSync(join(__dirname, 'times.jsonl'), JSON.stringify(times) + '\\n');
};`;

/** In a real editor, a window a measurement, of which the median counts. About half a minute. */
export async function* benchActivation(): AsyncGenerator<Measurement> {
  const folder = mkdtempSync(join(tmpdir(), 'driftscope-bench-'));
  const data = join(folder, 'data');
  const workspace = join(folder, 'workspace');
  mkdirSync(workspace);
  installFromSource(data);
  for (const name of ['first', 'nothing']) installScript(data, name, [], NOTHING);
  const times = join(installScript(data, 'stopwatch', ['onStartupFinished'], STOPWATCH), 'times.jsonl');
  let editor: RunningEditor | null = null;
  let browser: Browser | null = null;
  let measured: Record<string, number>[];
  try {
    editor = await startEditor({ workspace, dataDirectory: data });
    browser = await launchBrowser();
    for (let window = 1; window <= WINDOWS; window++) {
      const page = await browser.newPage();
      await page.goto(`${editor.url}?folder=${workspace}`, { timeout: 120_000 });
      for (const end = Date.now() + 60_000; linesOf(times).length < window; await sleep(100)) {
        if (Date.now() > end) throw new Error('the extensions have not been activated');
      }
      await page.close();
    }
    measured = linesOf(times).map((line) => JSON.parse(line));
  } finally {
    await browser?.close();
    await editor?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
  const median = (id: string) =>
    measured.map((each) => each[id]!).sort((a, b) => a - b)[Math.floor(measured.length / 2)]!;
  const nothing = median('bench.nothing');
  yield {
    name: 'activation in a window at rest, more than nothing takes',
    reference: 'an extension that does nothing',
    ours: median('driftscope.driftscope') - nothing,
    theirs: nothing,
    target: { ms: 30 },
  };
}

function linesOf(path: string): string[] {
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
}

/** An extension of one script. Returns its folder. */
function installScript(data: string, name: string, activationEvents: string[], script: string): string {
  const extension = join(data, `extensions/bench.${name}-0.0.1`);
  mkdirSync(extension, { recursive: true });
  const manifest = {
    name,
    publisher: 'bench',
    version: '0.0.1',
    engines: { vscode: '^1.90.0' },
    main: './main.js',
    activationEvents,
  };
  writeFileSync(join(extension, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(extension, 'main.js'), script);
  return extension;
}
