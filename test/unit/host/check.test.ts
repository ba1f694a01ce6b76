import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCheckSession } from '../../../src/host/check/checkSession.ts';
import { createProbeStore } from '../../../src/host/check/probeStore.ts';
import type { RunProbe } from '../../../src/host/check/runProbe.ts';
import type { CheckProgress } from '../../../src/shared/checkView.ts';
import { FailureError } from '../../../src/shared/failure.ts';
import type { Pair } from '../../../src/shared/pair.ts';
import type { ModelProbe, ProbeReport } from '../../../src/shared/probe.ts';
import { bySide } from '../../../src/shared/side.ts';

const PAIR: Pair = {
  name: 'lab',
  method: 'sft',
  models: bySide(() => ({ kind: 'gguf', gguf: 'x', trace: null, system: null })),
  sampling: { temperature: 0, maxTokens: 8, seed: 1, topP: null },
  lineage: null,
};

const MODEL: ModelProbe = {
  label: 'x',
  origin: null,
  identity: {
    ...{ server: 'vLLM', version: '1', model: 'x', contextLength: 1, vocabularySize: 2, parameters: 3 },
    ...{ quantization: 'F16', chatTemplate: '{{ long }}', baseModels: [] },
  },
  scoring: { reach: 'top-k', route: 'r', maxTop: null, tokenIds: true, generatedIds: true },
  checks: [],
  failure: null,
  requests: 4,
};
const REPORT: ProbeReport = {
  ...{ pair: 'lab', models: { baseline: MODEL, reasoning: MODEL }, matching: [], drift: 'exact' },
  verdict: ['fine'],
};

/** A session whose trial the test works by hand. */
function session() {
  const runs: {
    tell: Parameters<RunProbe>[1];
    end: PromiseWithResolvers<ProbeReport>;
    signal: AbortSignal;
  }[] = [];
  const seen: CheckProgress[] = [];
  const bugs: unknown[] = [];
  const made = createCheckSession(
    PAIR,
    (_pair, tell, signal) => {
      const end = Promise.withResolvers<ProbeReport>();
      signal.addEventListener('abort', () => end.reject(signal.reason));
      runs.push({ tell, end, signal });
      return end.promise;
    },
    (progress, bug) => {
      seen.push(progress);
      if (bug !== undefined) bugs.push(bug);
    },
  );
  return { made, runs, seen, bugs, last: () => seen.at(-1)! };
}

describe('a pair that is checked', () => {
  it('shows what is known as it comes, and then the report', async () => {
    const { made, runs, seen, last } = session();
    const ended = made.start();
    made.waitingFor('loading x: 40 %');
    assert.equal(
      last().state === 'running' && (last() as { waitingFor: string }).waitingFor,
      'loading x: 40 %',
    );
    runs[0]!.tell('baseline', MODEL);
    const { models } = last() as Extract<CheckProgress, { state: 'running' }>;
    assert.deepEqual(models, { baseline: MODEL, reasoning: null });
    runs[0]!.end.resolve(REPORT);
    await ended;
    const done = last();
    assert.ok(done.state === 'done');
    assert.equal(done.report, REPORT);
    assert.ok(Math.abs(Date.parse(done.at) - Date.now()) < 60_000);
    assert.deepEqual(
      seen.map(({ state }) => state),
      ['running', 'running', 'running', 'done'],
    );
  });

  it('keeps what is known when it is stopped', async () => {
    const { made, runs, last } = session();
    const ended = made.start();
    runs[0]!.tell('reasoning', MODEL);
    made.cancel();
    await ended;
    assert.deepEqual(last(), { state: 'cancelled', models: { baseline: null, reasoning: MODEL } });
    made.waitingFor('too late');
    assert.equal(last().state, 'cancelled');
  });

  it('says why it failed, and tells a bug from a failure', async () => {
    const failure = { kind: 'untrusted', message: 'No.' } as const;
    const { made, runs, bugs, last } = session();
    for (const error of [new FailureError(failure), new TypeError('x is not a function')]) {
      const ended = made.start();
      runs.at(-1)!.end.reject(error);
      await ended;
      assert.ok(last().state === 'failed');
    }
    assert.match((last() as { failure: { message: string } }).failure.message, /x is not a function/);
    assert.equal(bugs.length, 1);
  });

  it('begins anew, and hears no more of the trial before', async () => {
    const { made, runs, seen, last } = session();
    const first = made.start();
    const second = made.start();
    assert.ok(runs[0]!.signal.aborted && !runs[1]!.signal.aborted);
    runs[0]!.tell('baseline', MODEL);
    await first;
    assert.ok(seen.every(({ state }) => state === 'running'));
    runs[1]!.end.resolve(REPORT);
    await second;
    assert.equal(last().state, 'done');
  });
});

describe('the store of what was found out', () => {
  function store() {
    const values = new Map<string, unknown>();
    let time = 0;
    const memento = {
      get: <T>(key: string, fallback: T) => (values.get(key) as T | undefined) ?? fallback,
      // As VS Code: through JSON.
      update: async (key: string, value: unknown) => void values.set(key, JSON.parse(JSON.stringify(value))),
    };
    return {
      open: () => createProbeStore(memento, () => time),
      pass: (ms: number) => {
        time += ms;
      },
      kept: () => JSON.stringify([...values.values()]),
    };
  }

  it('keeps a report across windows, for a day, without what it is named by', () => {
    const { open, pass, kept } = store();
    open().set('["secret system prompt"]', REPORT);
    assert.ok(!kept().includes('secret'));
    assert.equal(open().get('["secret system prompt"]')?.drift, 'exact');
    assert.equal(open().get('["another"]'), undefined);
    pass(23 * 3_600_000);
    assert.ok(open().get('["secret system prompt"]'));
    pass(2 * 3_600_000);
    assert.equal(open().get('["secret system prompt"]'), undefined);
  });

  it('leaves templates out, and forgets the oldest', () => {
    const { open, kept } = store();
    for (let n = 0; n < 100; n++) open().set(`pair ${n}`, REPORT);
    assert.ok(!kept().includes('long'));
    assert.ok(kept().length < 100_000);
    assert.equal(open().get('pair 0'), undefined);
    assert.deepEqual(open().get('pair 99')?.verdict, ['fine']);
  });
});
