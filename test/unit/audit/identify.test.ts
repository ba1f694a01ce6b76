import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { identify } from '../../../src/core/audit/identify.ts';
import type { OpenPair } from '../../../src/core/compare/openPair.ts';
import { FailureError } from '../../../src/shared/failure.ts';
import type { CheckResult, ModelProbe, ProbeReport } from '../../../src/shared/probe.ts';
import { bySide } from '../../../src/shared/side.ts';
import { createRunFile } from '../../../src/store/runFile.ts';
import { fakeAuditPair } from '../../fakes/audit.ts';
import { fakePairScorer } from '../../fakes/pairScorer.ts';
import { fakeRun, fakeSamples } from '../../fakes/runs.ts';

const NEVER = new AbortController().signal;

function probed(logBase: CheckResult): ProbeReport {
  const model: ModelProbe = {
    ...{ label: 'x', origin: null, failure: null, requests: 1 },
    identity: {
      ...{ server: 'vLLM', version: '1', model: 'x', contextLength: 1, vocabularySize: 2, parameters: 3 },
      ...{ quantization: 'F16', chatTemplate: null, baseModels: [] },
    },
    scoring: { reach: 'top-k', route: 'r', maxTop: 5, tokenIds: true, generatedIds: true },
    checks: [{ id: 'log-base', title: 'They are natural logarithms', result: logBase, seen: 'they are not' }],
  };
  return { pair: 'fake', models: bySide(() => model), matching: [], drift: 'bound', verdict: [] };
}

async function identified(t: TestContext, probe: OpenPair['probe']) {
  const directory = mkdtempSync(join(tmpdir(), 'driftscope-identify-'));
  const store = await createRunFile(join(directory, 'run.drift'), fakeRun(), fakeSamples(1));
  t.after(() => {
    store.close();
    rmSync(directory, { recursive: true });
  });
  const open: OpenPair = { ...fakeAuditPair(), scorer: fakePairScorer(), ...(probe && { probe }) };
  return {
    store,
    before: open,
    open: await identify(store, open, NEVER),
    again: () => identify(store, open, NEVER),
  };
}

describe('identifying the servers of an audit', () => {
  test('notes who they are, and takes their scores', async (t) => {
    const { store, before, open } = await identified(t, async () => probed('passed'));
    assert.equal(store.info().identities.baseline?.server, 'vLLM');
    assert.equal(open, before);
  });

  test('takes no scores that fail a check, also when the run is resumed', async (t) => {
    const { open, again } = await identified(t, async () => probed('failed'));
    for (const { scorer } of [open, await again()]) {
      assert.ok('unavailable' in scorer);
      assert.match(scorer.unavailable, /x fails a check .*natural logarithms.*they are not/);
    }
  });

  test('does without where they do not tell', async (t) => {
    const { store, before, open } = await identified(t, async () => {
      throw new FailureError({ kind: 'timeout', message: 'silent' });
    });
    assert.equal(open, before);
    assert.equal(store.info().identities.baseline, null);
  });
});
