import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { compare } from '../../../src/core/compare/compare.ts';
import type { OpenPair } from '../../../src/core/compare/openPair.ts';
import {
  type ComparisonEvent,
  type ComparisonRequest,
  initialComparison,
  reduceComparison,
} from '../../../src/shared/comparison.ts';
import { FailureError } from '../../../src/shared/failure.ts';
import type { PairCheck } from '../../../src/shared/probe.ts';
import { bySide, SIDES } from '../../../src/shared/side.ts';
import { fakeEndpoint } from '../../fakes/endpoint.ts';
import { fakePairScorer } from '../../fakes/pairScorer.ts';

const REQUEST: ComparisonRequest = {
  id: '6f0c4a2e-0000-4000-8000-000000000000',
  pair: {
    name: 'demo',
    method: 'sft',
    models: bySide(() => ({ kind: 'gguf', gguf: 'x', trace: null, system: null })),
    sampling: { temperature: 0, maxTokens: 8, seed: 1, topP: null },
    lineage: null,
  },
  input: [{ role: 'user', content: 'Hi' }],
  origin: null,
};

const FINE: PairCheck = { matching: [], fault: null };

async function run(check: OpenPair['check'], signal = new AbortController().signal, wanted = true) {
  const open: OpenPair = {
    endpoints: bySide((side) =>
      fakeEndpoint(side, {
        tokens: [
          ['I', 'answer'],
          [' see', 'answer'],
        ],
      }),
    ),
    scorer: fakePairScorer(),
    ...(check && { check }),
  };
  const types: string[] = [];
  let state = initialComparison(REQUEST);
  for await (const event of compare(REQUEST, open, { check: wanted }, signal)) {
    types.push(event.type);
    state = reduceComparison(state, event);
  }
  return { types, state };
}

const before = (types: readonly string[], one: ComparisonEvent['type'], other: ComparisonEvent['type']) =>
  types.includes(one) && types.indexOf(one) < types.indexOf(other);

describe('a comparison that checks its pair first', () => {
  it('lets servers be tried out before the models write', async () => {
    const { types, state } = await run({
      triesOut: true,
      run: async () => {
        await turn();
        return FINE;
      },
    });
    assert.deepEqual(types.slice(0, 2), ['checking', 'checked']);
    assert.deepEqual(state.check, { state: 'checked', check: FINE });
    assert.ok(SIDES.every((side) => state.drift[side].state === 'scored'));
  });

  it('does not wait with writing for what disturbs nothing, but with scoring', async () => {
    const asked = Promise.withResolvers<PairCheck>();
    const running = run({ triesOut: false, run: () => asked.promise });
    setTimeout(() => asked.resolve(FINE), 100);
    const { types } = await running;
    assert.ok(before(types, 'generated', 'checked') && before(types, 'checked', 'scoring'));
  });

  it('says why there is no drift where scores are not to be believed', async () => {
    const fault = 'x fails a check of how it scores (“They are natural logarithms”): they are not.';
    const { state } = await run({ triesOut: true, run: async () => ({ matching: [], fault }) });
    for (const side of SIDES) {
      const drift = state.drift[side];
      assert.ok(drift.state === 'scored');
      assert.equal(drift.drift.status, 'unavailable');
      assert.equal(drift.drift.reason, fault);
    }
  });

  it('goes on where the check fails, also by a bug', async () => {
    const failure = { kind: 'timeout', message: 'x sent nothing for 15 s.' } as const;
    for (const error of [new FailureError(failure), new TypeError('x is not a function')]) {
      const { state } = await run({
        triesOut: true,
        run: async () => {
          throw error;
        },
      });
      assert.ok(state.check?.state === 'failed');
      assert.match(state.check.failure.message, /sent nothing|x is not a function/);
      assert.ok(SIDES.every((side) => state.drift[side].state === 'scored'));
    }
  });

  it('goes on without a check that hangs: first to write, then to score', async (t) => {
    mock.timers.enable({ apis: ['setTimeout'] });
    t.after(() => mock.timers.reset());
    const running = run({ triesOut: true, run: () => new Promise(() => {}) });
    let isOver = false;
    void running.then(() => {
      isOver = true;
    });
    while (!isOver) {
      mock.timers.tick(1_000);
      await turn();
    }
    const { types, state } = await running;
    assert.deepEqual(state.check, { state: 'checking' });
    assert.ok(types.includes('scored') && !types.includes('checked'));
  });

  it('is cancelled while it waits', async () => {
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(), 30);
    const { types, state } = await run(
      {
        triesOut: true,
        run: (signal) =>
          new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      },
      cancel.signal,
    );
    assert.equal(types.at(-1), 'done');
    assert.ok(state.sides.baseline.state === 'finished');
    assert.equal(state.sides.baseline.generation.finish, 'cancelled');
    assert.equal(state.check?.state === 'failed' && state.check.failure.kind, 'cancelled');
  });

  it('checks nothing unasked, nor what cannot be checked', async () => {
    for (const { state } of [
      await run({ triesOut: true, run: async () => assert.fail('checked') }, undefined, false),
      await run(undefined),
    ]) {
      assert.equal(state.check, undefined);
    }
  });
});
