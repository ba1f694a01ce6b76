/**
 * `npm test`: types, lint, unit, contract, extension-host and end-to-end tests, then one closing line
 * `N passed, N failed`. With names as arguments, only those stages run: `npm test -- unit host`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const root = resolve(import.meta.dirname, '..');
const bin = (name: string) => join(root, 'node_modules/.bin', name);
const scratch = mkdtempSync(join(tmpdir(), 'driftscope-test-'));

const stages: Record<string, () => Promise<Counts>> = {
  types: () => commands(...['.', 'webview', 'test/e2e'].map((project) => [bin('tsc'), '-p', project])),
  lint: () => commands([bin('biome'), 'ci', '--colors=off', '--error-on-warnings', '.']),
  build: () => commands([process.execPath, 'esbuild.mjs', '--tests']),
  unit: () => nodeTests('test/unit/**/*.test.ts', 2),
  contract: () => nodeTests('test/contract/**/*.test.ts', 1),
  package: () => commands([process.execPath, 'tools/package.ts']),
  host: hostTests,
  e2e: () => nodeTests('test/e2e/**/*.test.ts', 1),
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(stages, name));
if (unknown.length > 0) {
  console.error(`unknown stage ${unknown.join(', ')}; there are: ${Object.keys(stages).join(', ')}`);
  process.exit(2);
}

const total: Counts = { passed: 0, failed: 0, skipped: 0 };
try {
  for (const [name, run] of Object.entries(stages)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    const start = Date.now();
    console.log(`\n── ${name}`);
    const counts = await run();
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
    console.log(`── ${name}: ${line(counts)} (${((Date.now() - start) / 1000).toFixed(0)} s)`);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
console.log(`\n${line(total)}`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

function line({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** Each command counts as one test. */
async function commands(...list: string[][]): Promise<Counts> {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const command of list) {
    const { code } = await run(command);
    if (code === 0) counts.passed++;
    else counts.failed++;
  }
  return counts;
}

/**
 * Files with a failure run once more, alone: what the machine did to one of 1,700 tests is no verdict on the code. It is
 * said, and looked into.
 */
async function nodeTests(pattern: string, concurrency: number): Promise<Counts> {
  const files = globSync(pattern, { cwd: root }).sort();
  const first = await runFiles(files, concurrency);
  const faulty = files.filter((file) => (first.get(file)?.failed ?? 1) > 0);
  const second = faulty.length > 0 ? await runFiles(faulty, 1) : new Map<string, Counts>();
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const file of files) {
    const last = second.get(file) ?? first.get(file)!;
    counts.passed += last.passed;
    counts.failed += last.failed;
    counts.skipped += last.skipped;
    if (faulty.includes(file) && last.failed === 0) console.log(`Passed at a second try: ${file}`);
  }
  return counts;
}

/** A file that crashes before its first test counts as one failure: the runner reports it as a failed test. */
async function runFiles(files: readonly string[], concurrency: number): Promise<Map<string, Counts>> {
  if (files.length === 0) return new Map();
  const summary = join(scratch, `${files.length}-${Date.now()}.json`);
  const { code } = await run([
    ...[process.execPath, '--test', `--test-concurrency=${concurrency}`],
    // What hangs fails, a whole file too: far above what any takes on a slow machine. Never --test-force-exit: it loses
    // results that were not yet reported.
    '--test-timeout=900000',
    ...['--test-reporter=dot', '--test-reporter-destination=stdout'],
    ...['--test-reporter=./tools/testing/countReporter.mjs', `--test-reporter-destination=${summary}`],
    ...files,
  ]);
  const report = JSON.parse(readFileSync(summary, 'utf8')) as {
    files: Record<string, Counts>;
    causes: string[];
  };
  for (const cause of report.causes) console.log(`\n${cause}`);
  const counts = new Map(Object.entries(report.files).map(([file, found]) => [relative(root, file), found]));
  const isFaulty = [...counts.values()].some(({ failed }) => failed > 0);
  for (const file of files) {
    // Nothing was heard of it, or the runner failed and says of none why.
    if (!counts.has(file) || (code !== 0 && !isFaulty))
      counts.set(file, { passed: 0, failed: 1, skipped: 0 });
  }
  return counts;
}

/** The suite runs in another process and says how it went in its last line. */
async function hostTests(): Promise<Counts> {
  const { code, output } = await run([process.execPath, 'tools/hostTests.ts']);
  const found = [...output.matchAll(/^(\d+) passed, (\d+) failed/gm)].at(-1);
  const counts: Counts = { passed: Number(found?.[1] ?? 0), failed: Number(found?.[2] ?? 0), skipped: 0 };
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

async function run([command, ...args]: string[]): Promise<{ code: number; output: string }> {
  const child = spawn(command!, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    process.stdout.write(chunk);
    output = (output + chunk).slice(-100_000);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code: code ?? 1, output };
}
