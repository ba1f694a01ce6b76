import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startAuditThread } from '../../src/host/audits/auditThread.ts';
import type { AuditJob, NewRun } from '../../src/host/audits/messages.ts';
import type { AuditStatus } from '../../src/shared/audit.ts';
import type { Failure } from '../../src/shared/failure.ts';
import type { Pair } from '../../src/shared/pair.ts';
import { bySide, SIDES } from '../../src/shared/side.ts';
import { readRunFile } from '../../src/store/runFile.ts';
import { httpServer, json, type ReceivedRequest } from '../fakes/httpServer.ts';
import { openAiEvents, stream } from '../fakes/openAiServer.ts';
import { fakeSamples } from '../fakes/runs.ts';
import { startTestEngine } from './engineUnderTest.ts';

const MEDIA = join(import.meta.dirname, '../../media');
const ENTRY = new URL('../../src/host/audits/thread.ts', import.meta.url);
const NAMES = { baseline: 'organism-instruct', reasoning: 'organism-sft' };
const untrained = !existsSync(join(MEDIA, 'models/organism-sft.gguf')) && 'the demo pair is not trained yet';

const directory = mkdtempSync(join(tmpdir(), 'driftscope-thread-'));
after(() => rmSync(directory, { recursive: true }));

function writeSet(name: string, count: number): string {
  const path = join(directory, name);
  writeFileSync(
    path,
    fakeSamples(count)
      .map((sample) => `${JSON.stringify(sample)}\n`)
      .join(''),
  );
  return path;
}

function remotePair(url: string): Pair {
  const model = { kind: 'remote' as const, url, keyReference: null, trace: null, system: null };
  return {
    name: 'lab',
    method: 'sft',
    models: bySide((side) => ({ ...model, model: side })),
    sampling: { temperature: 0, maxTokens: 64, seed: 1, topP: null },
    lineage: null,
  };
}

function begin(set: string, pair: Pair, rest: Partial<NewRun> = {}): NewRun {
  const all = { sampleIds: null, limit: null, generations: 1, scoring: null, tool: 'driftscope test' };
  return { type: 'begin', set, pair, ...all, ...rest };
}

const RESUME = { type: 'resume', failedOnly: false, scoring: null } as const;

/** Runs a job and gathers what the window hears. */
function start(
  run: string,
  work: AuditJob['work'],
  window: Partial<Parameters<typeof startAuditThread>[1]> = {},
) {
  const statuses: AuditStatus[] = [];
  const refused: Failure[] = [];
  const errors: string[] = [];
  const begun = Promise.withResolvers<void>();
  const job = { run, work, concurrency: 4, media: MEDIA, modelCache: directory };
  const noEngine = {
    get: () => Promise.reject(new Error('no engine here')),
    onDidStop: () => ({ dispose() {} }),
  };
  const options = {
    entry: ENTRY,
    engine: noEngine,
    keys: { env: {}, stored: async () => undefined },
    log: { error: (error: Error | string) => void errors.push(String(error)) },
    ...window,
  };
  const thread = startAuditThread(job, options, {
    begun: begun.resolve,
    refused: (failure) => refused.push(failure),
    changed: (status) => statuses.push(status),
  });
  return { ...thread, begun: begun.promise, statuses, refused, errors, last: () => statuses.at(-1) };
}

function labels(path: string): (string | undefined)[] {
  const run = readRunFile(path);
  const found = [...run.outcomes()].flatMap(({ outcomes }) =>
    SIDES.map((side) => outcomes[side][0]?.answer.label),
  );
  run.close();
  return found;
}

const double = ({ body }: ReceivedRequest) => {
  const { messages } = body as { messages: { content: string }[] };
  return stream(openAiEvents({ answer: [String(2 * Number(/\d+/.exec(messages.at(-1)!.content)![0]))] }), {
    every: 5,
  });
};

describe('the thread of an audit', () => {
  test('runs a set to its end, and tells how far it is and what it came to', {
    timeout: 240_000,
  }, async () => {
    await using server = await httpServer((request) =>
      request.path === '/v1/chat/completions' ? double(request) : json(404, {}),
    );
    const run = join(directory, 'whole.drift');
    const keys = {
      env: {},
      stored: async (origin: string) => (origin === server.origin ? 'sk-lab' : undefined),
    };
    const work = begin(writeSet('whole.prompts.jsonl', 30), remotePair(`${server.origin}/v1`), {
      generations: 2,
    });
    const audit = start(run, work, { keys });
    await audit.begun;
    assert.ok(existsSync(run), 'the file is there as soon as it says so');
    await audit.ended;
    assert.deepEqual([audit.errors, audit.refused], [[], []]);
    assert.ok(!existsSync(`${run}-lock`) && !existsSync(`${run}-wal`), 'the file is closed');
    assert.equal(audit.statuses[0]?.phase, 'preparing');
    assert.deepEqual(audit.last()?.progress, {
      total: 120,
      done: 120,
      failed: 0,
      scored: 0,
      scoringFailed: 0,
    });
    assert.equal(audit.last()?.phase, 'complete');
    assert.deepEqual(audit.last()?.verdicts, [{ dimension: 'reasoning', verdict: 'inconclusive' }]);
    assert.ok(labels(run).every((label) => label === 'right'));
    const asked = server.requests.filter(({ path }) => path === '/v1/chat/completions');
    assert.ok(
      asked.every(({ headers }) => headers.authorization === 'Bearer sk-lab'),
      'the window gives it its key',
    );
    assert.doesNotMatch(readFileSync(run, 'latin1'), /sk-lab/);
  });

  test('asks only the samples that were chosen', { timeout: 240_000 }, async () => {
    await using server = await httpServer((request) =>
      request.path === '/v1/chat/completions' ? double(request) : json(404, {}),
    );
    const run = join(directory, 'some.drift');
    const some = { sampleIds: ['sample-7', 'sample-3', 'sample-9'], limit: 2 };
    const audit = start(
      run,
      begin(writeSet('some.prompts.jsonl', 12), remotePair(`${server.origin}/v1`), some),
    );
    await audit.ended;
    const reader = readRunFile(run);
    assert.deepEqual(
      [...reader.samples()].map(({ id }) => id),
      ['sample-3', 'sample-7'],
    );
    reader.close();
  });

  test('stops when told to, and goes on from there; nobody else runs the file meanwhile', {
    timeout: 240_000,
  }, async () => {
    let asked = 0;
    await using server = await httpServer((request) => {
      if (request.path !== '/v1/chat/completions') return json(404, {});
      asked++;
      return double(request);
    });
    const run = join(directory, 'stopped.drift');
    const audit = start(
      run,
      begin(writeSet('stopped.prompts.jsonl', 200), remotePair(`${server.origin}/v1`)),
    );
    await audit.begun;
    const other = start(run, RESUME);
    await other.ended;
    assert.match(other.refused[0]?.message ?? '', /is running the audit in .*stopped\.drift/);
    while ((audit.last()?.progress.done ?? 0) < 20) await sleep(20);
    await audit.stop(60_000);
    const stopped = audit.last()!;
    assert.equal(stopped.phase, 'cancelled');
    assert.ok(stopped.progress.done < 400 && server.open === 0, 'what was on its way is hung up');
    const before = asked;
    const resumed = start(run, RESUME);
    await resumed.ended;
    assert.deepEqual([resumed.last()?.phase, resumed.last()?.progress.done], ['complete', 400]);
    assert.equal(asked - before, 400 - stopped.progress.done, 'nothing that was done is asked again');
    assert.deepEqual(labels(run), Array(400).fill('right'));
  });

  test('tries again only what failed, where that is asked for', { timeout: 240_000 }, async () => {
    let broken = true;
    await using server = await httpServer((request) => {
      if (request.path !== '/v1/chat/completions') return json(404, {});
      const { messages } = request.body as { messages: { content: string }[] };
      if (broken && /\b3\b/.test(messages.at(-1)!.content)) return json(400, { error: { message: 'No.' } });
      return double(request);
    });
    const run = join(directory, 'failed.drift');
    const audit = start(run, begin(writeSet('failed.prompts.jsonl', 40), remotePair(`${server.origin}/v1`)));
    while ((audit.last()?.progress.done ?? 0) < 20) await sleep(10);
    await audit.stop(60_000);
    const { done, failed } = audit.last()!.progress;
    assert.equal(failed, 2);
    broken = false;
    const again = start(run, { ...RESUME, failedOnly: true });
    await again.ended;
    assert.deepEqual(
      [again.last()?.phase, again.last()?.progress.done, again.last()?.progress.failed],
      ['complete', done + 2, 0],
    );
  });

  test('a run that cannot begin says why, and leaves no file', { timeout: 240_000 }, async () => {
    const run = join(directory, 'never.drift');
    const set = join(directory, 'bad.prompts.jsonl');
    writeFileSync(set, '{"id": "a", "input": "Hello?"}\n{"id": \n');
    const audit = start(run, begin(set, remotePair('http://127.0.0.1:1/v1')));
    await audit.ended;
    assert.match(audit.refused[0]?.message ?? '', /bad\.prompts\.jsonl:2: /);
    assert.ok(!existsSync(run) && !existsSync(`${run}-lock`));
  });

  test('does not hold the window: thousands of samples, and no pause of 50 ms', {
    timeout: 240_000,
  }, async () => {
    const server = spawn(process.execPath, [join(import.meta.dirname, '../fakes/answeringServer.ts')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    try {
      const url = String((await once(server.stdout, 'data'))[0]).trim();
      const run = join(directory, 'many.drift');
      const audit = start(run, begin(writeSet('many.prompts.jsonl', 1_500), remotePair(url)));
      await audit.begun; // starting a thread reads its code, which is the window's own doing
      const begun = performance.now();
      // What this thread itself works between two beats: the clock also counts what else the machine does.
      const pauses: number[] = [];
      let before = process.threadCpuUsage();
      const beat = setInterval(() => {
        const { user, system } = process.threadCpuUsage(before);
        pauses.push((user + system) / 1000);
        before = process.threadCpuUsage();
      }, 5);
      await audit.ended;
      clearInterval(beat);
      const seconds = (performance.now() - begun) / 1000;
      assert.equal(audit.last()?.progress.done, 3_000);
      const longest = Math.max(...pauses);
      assert.ok(longest < 50, `${longest} ms`);
      assert.ok(audit.statuses.length < 5 * seconds + 20, 'progress is told some times a second');
    } finally {
      server.kill();
    }
  });

  test('shares the window’s engine, and scores drift in it', {
    skip: untrained,
    timeout: 240_000,
  }, async () => {
    const { engine, dispose } = await startTestEngine(MEDIA);
    try {
      const pair: Pair = {
        ...remotePair(''),
        models: bySide((side) => ({
          kind: 'gguf' as const,
          gguf: `bundled:${NAMES[side]}`,
          trace: side === 'reasoning' ? (['<think>', '</think>'] as const) : null,
          system: null,
        })),
      };
      const run = join(directory, 'engine.drift');
      const set = writeSet('engine.prompts.jsonl', 4);
      const window = { engine: { get: async () => engine, onDidStop: () => ({ dispose() {} }) } };
      const audit = start(run, begin(set, pair, { scoring: { top: 5, threshold: 0.5 } }), window);
      await audit.ended;
      assert.deepEqual([audit.errors, audit.refused], [[], []]);
      assert.deepEqual(audit.last()?.progress, { total: 8, done: 8, failed: 0, scored: 8, scoringFailed: 0 });
      const reader = readRunFile(run);
      assert.equal(reader.drift({ sample: 0, k: 0, side: 'reasoning' })?.status, 'exact');
      assert.ok(reader.info().identities.baseline, 'who answered is in the file');
      reader.close();
      assert.notEqual(engine.pid, null, 'the engine goes on: others use it too');
    } finally {
      await dispose();
    }
  });
});
