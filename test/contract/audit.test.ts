import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, test } from 'node:test';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { runAudit } from '../../src/core/audit/run.ts';
import { SIDES } from '../../src/shared/side.ts';
import { createRunFile, readRunFile } from '../../src/store/runFile.ts';
import { fakeAuditPair, findNothing } from '../fakes/audit.ts';
import { type EngineToken, engineEvents } from '../fakes/engine.ts';
import { httpServer, json, type ReceivedRequest } from '../fakes/httpServer.ts';
import { stream } from '../fakes/openAiServer.ts';
import { fakeRun, fakeSamples } from '../fakes/runs.ts';

const directory = mkdtempSync(join(tmpdir(), 'driftscope-audit-'));
after(() => rmSync(directory, { recursive: true }));

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const SAMPLES = 800;
const KILLS = 50;
const GENERATIONS = SAMPLES * 2 * 2;

/** What a model writes follows from model, prompt and seed alone. */
function tokensFor({ body }: ReceivedRequest): EngineToken[] {
  const { model, seed, messages } = body as { model: string; seed: number; messages: { content: string }[] };
  const number = Number(/\d+/.exec(messages.at(-1)!.content)![0]);
  const thought: EngineToken[] =
    model === 'reasoning'
      ? [
          { id: 1, text: '<think>', special: true, part: null },
          { id: 10 + (number % 50), text: `${number} and ${number}`, part: 'trace' },
          { id: 2, text: '</think>', special: true, part: null },
        ]
      : [];
  const words = ['It', ' is', ` ${2 * number}`, ` (${seed})`];
  return [
    ...thought,
    ...words.map((text, at): EngineToken => ({ id: 100 + ((number * 7 + at) % 400), text, part: 'answer' })),
  ];
}

/** Every sample, generation and score, but for the times that they took. */
function contentOf(path: string): string {
  const run = readRunFile(path);
  const hash = createHash('sha256');
  try {
    for (const [sample, { id }] of [...run.samples()].entries()) {
      for (let k = 0; k < 2; k++) {
        for (const side of SIDES) {
          const stored = run.generation({ sample, k, side });
          assert.ok(stored, `${id} ${k} ${side} is lost`);
          const { timing: _, ...generation } = stored.generation;
          const drift = run.drift({ sample, k, side });
          hash.update(JSON.stringify([id, k, side, generation, stored.annotations, stored.outcome, drift]));
        }
      }
    }
  } finally {
    run.close();
  }
  return hash.digest('hex');
}

describe('an audit that is killed', () => {
  test(`${KILLS} times at random moments has every sample exactly once, as if undisturbed`, {
    timeout: 800_000,
  }, async () => {
    let latency = 20;
    let answered = 0;
    await using server = await httpServer((request) => {
      if (request.path !== '/v1/chat/completions') return json(404, {});
      const reply = stream(engineEvents(tokensFor(request)));
      return async (response, received, gone) => {
        if (latency > 0) await sleep(latency, undefined, { signal: gone });
        await reply(response, received, gone);
        answered++;
      };
    });
    const start = (path: string) => {
      const child = spawn(
        process.execPath,
        [join(import.meta.dirname, '../fakes/auditProcess.ts'), path, `${server.origin}/v1`, String(SAMPLES)],
        { stdio: ['ignore', 'pipe', 'pipe'] },
      );
      let printed = '';
      let complained = '';
      child.stderr.on('data', (chunk) => {
        complained += chunk;
      });
      const running = new Promise<void>((resolve) => {
        child.stdout.on('data', (chunk) => {
          printed += chunk;
          if (printed.includes('running')) resolve();
        });
      });
      const exited = once(child, 'exit');
      return { child, running, exited, printed: () => printed, complained: () => complained };
    };

    const killed = join(directory, 'killed.drift');
    let atWork = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const { child, running, exited, printed, complained } = start(killed);
      // Some while it starts or makes the file, most while it works.
      if (kill % 10 === 0) await sleep(Math.random() * 500);
      else {
        await Promise.race([running, exited]);
        await sleep(Math.random() * 200);
      }
      child.kill('SIGKILL');
      const [code, signal] = await exited;
      assert.ok(
        signal === 'SIGKILL',
        `it had ended before it was killed: ${code} ${printed()} ${complained()}`,
      );
      if (printed().includes('running')) atWork++;
    }
    assert.ok(atWork >= KILLS * 0.8, `only ${atWork} kills met it at work`);
    latency = 0;
    const last = start(killed);
    assert.deepEqual(await last.exited, [0, null], last.complained());
    const { progress, how } = JSON.parse(last.printed().trim().split('\n').at(-1)!);
    assert.equal(how, 'complete');
    assert.deepEqual(progress, {
      total: GENERATIONS,
      done: GENERATIONS,
      failed: 0,
      scored: GENERATIONS,
      scoringFailed: 0,
    });
    // What was on its way is asked again, and nothing else: at most 4 at once on each side.
    assert.ok(answered <= GENERATIONS + KILLS * 8, `${answered} answers for ${GENERATIONS} generations`);

    const undisturbed = join(directory, 'undisturbed.drift');
    assert.deepEqual(await start(undisturbed).exited, [0, null]);
    assert.equal(contentOf(killed), contentOf(undisturbed));
    const database = new DatabaseSync(killed, { readOnly: true });
    assert.equal(database.prepare('PRAGMA integrity_check').get()!.integrity_check, 'ok');
    for (const table of ['cell', 'generation', 'drift']) {
      assert.equal(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()!.n, GENERATIONS, table);
    }
    database.close();
  });
});

describe('the runner', () => {
  test('fills each place of both models as soon as it is free', { timeout: 120_000 }, async () => {
    const [concurrency, waves] = [32, 6];
    const store = await createRunFile(
      join(directory, 'full.drift'),
      fakeRun(),
      fakeSamples(concurrency * waves),
    );
    let answers = Promise.withResolvers<void>();
    const open = fakeAuditPair({ until: () => answers.promise });
    const options = { annotate: findNothing, concurrency };
    const ended = lastOf(runAudit(store, open, options, new AbortController().signal));
    for (let wave = 1; wave <= waves; wave++) {
      const asked = wave * concurrency;
      // Nobody is answered before all have asked: were a place left free, this would wait until the test's time is up.
      while (SIDES.some((side) => open.asked[side].length < asked)) await setImmediate();
      assert.deepEqual([open.asked.baseline.length, open.asked.reasoning.length], [asked, asked]);
      const { resolve } = answers;
      answers = Promise.withResolvers();
      resolve();
    }
    assert.equal((await ended)?.type, 'ended');
    assert.deepEqual(open.most, { baseline: concurrency, reasoning: concurrency });
    store.close();
  });

  test('holds no more of 20,000 samples than of a few, scored or not', { timeout: 400_000 }, async () => {
    for (const [samples, scoring] of [
      [20_000, null],
      [4_000, { top: 5, threshold: 0.5 }],
    ] as const) {
      const path = join(directory, `flat-${samples}.drift`);
      const store = await createRunFile(path, fakeRun({ scoring }), fakeSamples(samples).values());
      const open = fakeAuditPair({ forgets: true });
      const options = { annotate: findNothing, concurrency: 32 };
      const measured: { done: number; heap: number }[] = [];
      let rss = 0;
      for await (const event of runAudit(store, open, options, new AbortController().signal)) {
        if (event.type !== 'generated' || event.progress.done % (samples / 8) !== 0) continue;
        rss = Math.max(rss, process.memoryUsage().rss);
        measured.push({ done: event.progress.done, heap: heapInUse() });
      }
      store.close();
      // The first quarter warms up. Noise goes both ways; what is kept of a sample, though it be a number, does not.
      const settled = measured.slice(4);
      const bytes = slope(settled.map(({ done, heap }) => [done, heap]));
      assert.ok(bytes < 40, `${bytes.toFixed(0)} bytes are kept of each generation`);
      assert.ok(rss < 300e6, `${rss / 1e6} MB`);
    }
  });
});

async function lastOf<T>(items: AsyncIterable<T>): Promise<T | undefined> {
  let last: T | undefined;
  for await (const item of items) last = item;
  return last;
}

/** Bytes of live objects. */
function heapInUse(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** Of the line through points that has the least squares. */
function slope(points: readonly [x: number, y: number][]): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map(([at]) => at)), mean(points.map(([, value]) => value))];
  const covariance = mean(points.map(([at, value]) => (at - x) * (value - y)));
  return covariance / mean(points.map(([at]) => (at - x) ** 2));
}
