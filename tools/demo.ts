/**
 * `npm run demo`: builds and packages the extension, compares one demo prompt in the terminal, then serves a real
 * VS Code with the VSIX installed and the demo workspace open. With `--exit` it stops once the editor has answered.
 */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { launchBrowser } from './browser.ts';
import { startEditor } from './realEditor.ts';

const root = resolve(import.meta.dirname, '..');
const { values } = parseArgs({ options: { exit: { type: 'boolean' }, port: { type: 'string' } } });

step('Building');
run('esbuild.mjs');
step('Packaging the VSIX');
const vsix = join(root, 'out/driftscope-demo.vsix');
run('tools/package.ts', '--out', vsix);

step('Comparing one demo prompt');
const set = join(root, 'media/demo/demo.prompts.jsonl');
run('dist/cli.js', 'compare', '--pair', 'demo', '--set', set, '--id', 'safety-005');

step('Starting VS Code');
const workspace = join(mkdtempSync(join(tmpdir(), 'driftscope-demo-')), 'demo');
cpSync(join(root, 'media/demo'), workspace, { recursive: true });
const editor = await startEditor({ workspace, vsix, ...(values.port ? { port: Number(values.port) } : {}) });
try {
  if (values.exit) {
    await checkWorkbench(editor.url);
    console.log(
      `VS Code answered at ${editor.url} with the extension installed and the demo workspace open.`,
    );
  } else {
    console.log(`
  VS Code with Driftscope:  ${editor.url}

  Open demo.prompts.jsonl, right-click a line, and choose Compare Pair. Ctrl+C here ends the editor.`);
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), once(editor.process, 'exit')]);
  }
} finally {
  await editor.stop();
  rmSync(resolve(workspace, '..'), { recursive: true, force: true });
}

/** Opens the workbench as a user would, and looks for the demo workspace and the extension in it. */
async function checkWorkbench(url: string): Promise<void> {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(url);
    await page.getByText('demo.prompts.jsonl').first().dblclick({ timeout: 60_000 });
    // A lens over a sample: the extension has read the prompt set and the pair.
    await page.getByText('Compare Pair').first().waitFor({ timeout: 120_000 });
  } finally {
    await browser.close();
  }
}

function step(what: string): void {
  console.log(`\n── ${what}`);
}

/** Ends the demo where a step fails: the step has said why. */
function run(script: string, ...args: string[]): void {
  const { status } = spawnSync(process.execPath, [join(root, script), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}
