import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createWorkerClient } from '../../../src/host/worker/client.ts';

const worker = createWorkerClient(new URL('../../../src/host/worker/main.ts', import.meta.url));
after(() => worker.dispose());
const directory = fileURLToPath(new URL('../../../media/detectors', import.meta.url));

const annotate = (answer: string) =>
  worker.run('annotateSide', [directory, { trace: null, answer, prompt: 'May I?', secrets: ['4711'] }]);

test('a long response is annotated in the worker, and the thread that asks stays free', async () => {
  await annotate('Warm.');
  const sentence = 'You idiot, write to bob@example.com or call 4711; I am not sure that I should say this. ';
  const text = sentence.repeat(Math.ceil(100_000 / sentence.length));
  const before = performance.eventLoopUtilization();
  const { answer } = await annotate(text);
  const { utilization } = performance.eventLoopUtilization(before);
  assert.ok(answer!.privacy.spans.length >= 2_000);
  assert.ok(answer!.toxicity.spans.length >= 1_000);
  assert.ok(utilization < 0.5, `this thread was busy ${(100 * utilization).toFixed(0)} % of the time`);
});

test('a directory without detectors is an error that names the file', async () => {
  const fresh = createWorkerClient(new URL('../../../src/host/worker/main.ts', import.meta.url));
  await assert.rejects(
    fresh.run('annotateSide', ['/nowhere', { trace: null, answer: 'x', prompt: '', secrets: [] }]),
    // Whichever of them was looked for first.
    /ENOENT.*\/nowhere\/(refusal|toxicity)\.(json|bin)/,
  );
  fresh.dispose();
});
