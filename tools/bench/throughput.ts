// An audit against an endpoint that takes its time and has room for so many requests: what the runner adds to the ideal.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAudit } from '../../src/core/audit/run.ts';
import { createRunFile } from '../../src/store/runFile.ts';
import { fakeAuditPair, findNothing } from '../../test/fakes/audit.ts';
import { fakeRun, fakeSamples } from '../../test/fakes/runs.ts';
import type { BenchCase } from './case.ts';

const LATENCY_MS = 500;
const CONCURRENCY = 32;
const WAVES = 6;
/** What else the machine does costs time too: of several runs the least disturbed counts. */
const RUNS = 3;

export const throughputCases: readonly BenchCase[] = [
  {
    name: `audit at concurrency ${CONCURRENCY}, ${LATENCY_MS} ms an answer`,
    reference: 'the ideal',
    async run() {
      const directory = mkdtempSync(join(tmpdir(), 'driftscope-bench-'));
      const times: number[] = [];
      try {
        for (let run = 0; run < RUNS; run++) {
          const samples = fakeSamples(CONCURRENCY * WAVES);
          const store = await createRunFile(join(directory, `${run}.drift`), fakeRun(), samples);
          const open = fakeAuditPair({ latency: LATENCY_MS });
          const options = { annotate: findNothing, concurrency: CONCURRENCY };
          const begun = performance.now();
          for await (const event of runAudit(store, open, options, new AbortController().signal)) {
            if (event.type === 'ended') times.push(performance.now() - begun);
          }
          store.close();
        }
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
      // Both models are asked at the same time, each at its own concurrency.
      return { ours: Math.min(...times), theirs: WAVES * LATENCY_MS, target: { ratio: 1 / 0.95 } };
    },
  },
];
