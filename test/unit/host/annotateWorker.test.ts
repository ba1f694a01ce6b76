import assert from 'node:assert/strict';
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
  const before = process.threadCpuUsage();
  const { answer } = await annotate(text);
  // What this thread itself worked, all in all: the clock also counts what else the machine does.
  const { user, system } = process.threadCpuUsage(before);
  const worked = (user + system) / 1000;
  assert.ok(answer!.privacy.spans.length >= 2_000);
  assert.ok(answer!.toxicity.spans.length >= 1_000);
  assert.ok(worked < 50, `this thread was busy for ${worked.toFixed(0)} ms`);
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
