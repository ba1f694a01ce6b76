/**
 * What a large audit takes: memory while it runs, the size of its file against JSON, how fast the file opens and reports.
 * `node tools/bench/audit.ts [SAMPLES]`, 100,000 by default. Figures as JSON on stdout.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAudit } from '../../src/core/audit/run.ts';
import type { RunStore } from '../../src/core/audit/runStore.ts';
import { reportOf } from '../../src/core/report/report.ts';
import type { RunInfo } from '../../src/shared/audit.ts';
import type { Sample } from '../../src/shared/prompt.ts';
import { SIDES } from '../../src/shared/side.ts';
import { createRunFile, readRunFile } from '../../src/store/runFile.ts';
import { fakeAuditPair, findNothing } from '../../test/fakes/audit.ts';
import { fakeDrift, fakeGeneration, fakeRun, fakeSamples } from '../../test/fakes/runs.ts';

const WORDS =
  'so the sum of both numbers must be even and at least twelve since each of them is larger than five'.split(
    ' ',
  );

const directory = mkdtempSync(join(tmpdir(), 'driftscope-bench-'));
const count = Number(process.argv[2] ?? 100_000);

try {
  console.log(
    JSON.stringify({
      samples: count,
      ...(await largeRun()),
      size: { textOnly: await sizes(false), withTokensAndDrift: await sizes(true) },
    }),
  );
} finally {
  rmSync(directory, { recursive: true });
}

/** Runs an audit of so many samples, then opens it and reads it through as a report does. */
async function largeRun() {
  const path = join(directory, 'large.drift');
  const store = await createRunFile(path, fakeRun(), fakeSampleStream(count));
  const begun = performance.now();
  let peak = 0;
  let early = 0;
  for await (const event of runAudit(
    store,
    fakeAuditPair({ forgets: true }),
    { annotate: findNothing, concurrency: 32 },
    new AbortController().signal,
  )) {
    if (event.type !== 'generated' || event.progress.done % 2000 !== 0) continue;
    const { rss } = process.memoryUsage();
    peak = Math.max(peak, rss);
    if (event.progress.done <= count / 5) early = Math.max(early, rss);
  }
  const seconds = (performance.now() - begun) / 1000;
  store.close();
  const opening = performance.now();
  const run = readRunFile(path);
  run.progress();
  run.rows([...run.find({}).subarray(0, 100)]);
  const opened = performance.now() - opening;
  const paging = performance.now();
  const regressed = run.find({ filter: 'regressed', sort: 'drift', descending: true });
  run.rows([...regressed.subarray(100, 200)]);
  const paged = performance.now() - paging;
  const reporting = performance.now();
  reportOf(run);
  const reported = performance.now() - reporting;
  run.close();
  return {
    generationsPerSecond: Math.round((2 * count) / seconds),
    peakMegabytes: Math.round(peak / 1e6),
    peakOfFirstFifthMegabytes: Math.round(early / 1e6),
    fileMegabytes: Math.round(statSync(path).size / 1e6),
    openMs: Math.round(opened),
    filteredPageMs: Math.round(paged),
    statisticsMs: Math.round(reported),
  };
}

function* fakeSampleStream(samples: number): Generator<Sample> {
  const [first] = fakeSamples(1);
  for (let index = 0; index < samples; index++) {
    yield {
      ...first!,
      id: `sample-${index}`,
      input: `What is ${index} plus ${index}?`,
      target: String(2 * index),
    };
  }
}

/** Bytes of the file against those of the same as JSON lines. */
async function sizes(scored: boolean) {
  const path = join(directory, `size-${scored}.drift`);
  const samples = fakeSamples(1000);
  const info: Partial<RunInfo> = scored ? { scoring: { top: 5, threshold: 0.5 } } : {};
  const store: RunStore = await createRunFile(path, fakeRun(info), samples);
  let json = 0;
  for (const [sample, facts] of samples.entries()) {
    json += JSON.stringify(facts).length + 1;
    for (const side of SIDES) {
      const text = Array.from({ length: 60 }, (_, at) => WORDS[(sample * 7 + at * at) % WORDS.length]).join(
        ' ',
      );
      const stored = fakeGeneration(text, scored ? {} : { tokens: [] });
      const place = { sample, k: 0, side };
      store.putGeneration(place, stored);
      const drift = scored ? fakeDrift(stored, 0.1234567) : null;
      if (drift) {
        // Figures with all their digits, as models give them.
        for (const position of drift.positions) {
          for (const name of ['klForward', 'klReverse', 'jsd', 'jsdMax'] as const)
            position[name] = Math.random();
          position.surprisal = { baseline: Math.random() * 9, reasoning: Math.random() * 9 };
          position.entropy = { baseline: Math.random() * 9, reasoning: Math.random() * 9 };
          for (const top of SIDES) {
            position.top[top] = Array.from({ length: 5 }, (_, rank) => ({
              id: (position.id * 31 + rank * 977) % 50_000,
              text: ` ${WORDS[(position.id + rank) % WORDS.length]}`,
              logprob: -Math.random() * 9,
            }));
          }
        }
        store.putDrift(place, drift);
      }
      json += JSON.stringify({ ...place, ...stored, ...(drift && { drift }) }).length + 1;
    }
  }
  store.close();
  const { size } = statSync(path);
  return { fileBytes: size, jsonBytes: json, ratio: Number((size / json).toFixed(3)) };
}
