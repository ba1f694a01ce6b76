/**
 * Runs `test/host` inside a real extension host: VS Code's server with Chromium as its window, or, with
 * `--electron`, a desktop VS Code that @vscode/test-electron downloads.
 *
 * Prints the suite's own output; exits with its code.
 */
import { cpSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { launchBrowser } from './browser.ts';
import { startTestServer } from './realEditor.ts';

const root = resolve(import.meta.dirname, '..');
const suite = join(root, 'dist/test/host/index.js');
const PATIENCE_MS = 15 * 60_000;

const workspace = mkdtempSync(join(tmpdir(), 'driftscope-workspace-'));
cpSync(join(root, 'media/demo'), workspace, { recursive: true });
try {
  process.exitCode = process.argv.includes('--electron') ? await inElectron() : await inServer();
} finally {
  await rm(workspace, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

async function inElectron(): Promise<number> {
  const { runTests } = await import('@vscode/test-electron');
  return runTests({
    extensionDevelopmentPath: root,
    extensionTestsPath: suite,
    launchArgs: [workspace, '--disable-workspace-trust', '--disable-extensions'],
  });
}

async function inServer(): Promise<number> {
  const server = await startTestServer();
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    const finished = Promise.withResolvers<number>();
    await page.exposeFunction('codeAutomationLog', (type: string, args: unknown[]) => {
      const text = args.map((arg) => (typeof arg === 'string' ? arg : JSON.stringify(arg))).join(' ');
      (type === 'error' ? process.stderr : process.stdout).write(`${text}\n`);
    });
    await page.exposeFunction('codeAutomationExit', (code: number) => finished.resolve(code));
    const remote = (path: string) => `vscode-remote://127.0.0.1:${server.port}${path}`;
    const payload = [
      ['extensionDevelopmentPath', remote(root)],
      ['extensionTestsPath', remote(suite)],
    ];
    const query = new URLSearchParams({ folder: workspace, payload: JSON.stringify(payload) });
    await page.goto(`${server.url}?${query}`);
    const tooLong = sleep(PATIENCE_MS, null, { ref: false }).then(() => {
      process.stderr.write(`The host tests did not end in ${PATIENCE_MS / 1000} s.\n`);
      return 1;
    });
    return await Promise.race([finished.promise, tooLong]);
  } finally {
    await browser.close();
    await server.stop();
  }
}
