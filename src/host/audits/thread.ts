/** The thread of one audit: the run file, the detectors and the requests, away from the extension host's. */
import { homedir } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { createEngine, type RunningEngine } from '../../engine/client.ts';
import { describeProgress } from '../../engine/describeProgress.ts';
import { openPair } from '../../engine/openPair.ts';
import { type Failure, FailureError } from '../../shared/failure.ts';
import { runAuditJob } from './auditJob.ts';
import type { AuditJob, FromThread, Questions, ToThread } from './messages.ts';

const port = parentPort!;
const tell = (message: FromThread) => port.postMessage(message);
const stop = new AbortController();

const questions = new Map<number, PromiseWithResolvers<unknown>>();
let asked = 0;
let engineEnded = Promise.withResolvers<Failure | null>();

function ask<K extends keyof Questions>(
  name: K,
  ...args: Parameters<Questions[K]>
): Promise<ReturnType<Questions[K]>> {
  const question = Promise.withResolvers<unknown>();
  const id = ++asked;
  questions.set(id, question);
  tell({ type: 'question', id, name, args });
  return question.promise as Promise<ReturnType<Questions[K]>>;
}

port.on('message', (message: ToThread) => {
  if (message.type === 'run') void run(message.job);
  else if (message.type === 'stop') stop.abort();
  else if (message.type === 'engine-ended') {
    engineEnded.resolve(message.failure);
    engineEnded = Promise.withResolvers();
  } else {
    const question = questions.get(message.id);
    questions.delete(message.id);
    if (message.type === 'answer') question?.resolve(message.value);
    else question?.reject(new FailureError(message.failure));
  }
});

/** The window's engine, which other audits and comparisons use too: it is not ours to end. */
async function startEngine(): Promise<RunningEngine> {
  const { promise: ended } = engineEnded;
  const { url, apiKey, pid } = await ask('engine');
  return { url, apiKey, process: { pid: pid ?? 0, ended, stop: async () => {} } };
}

async function run(job: AuditJob): Promise<void> {
  let waits: (line: string | null) => void = () => {};
  const engine = createEngine({
    entry: '',
    mediaDir: job.media,
    modelCacheDir: job.modelCache,
    log: () => {},
    start: startEngine,
    onProgress: (progress) => waits(describeProgress(progress)),
  });
  const services = {
    engine,
    keys: (origin: string, reference: Parameters<Questions['key']>[1]) => ask('key', origin, reference),
    baseDir: homedir(), // every path is absolute
  };
  try {
    await runAuditJob(
      job,
      {
        openPair(pair, hear, signal) {
          waits = hear;
          return openPair(pair, services, signal);
        },
        begun: () => tell({ type: 'begun' }),
        tell: (status) => tell({ type: 'status', status }),
      },
      stop.signal,
    );
  } catch (error) {
    if (error instanceof FailureError) tell({ type: 'refused', failure: error.failure });
    else
      tell({ type: 'bug', stack: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  } finally {
    await engine.dispose();
    port.close();
  }
}
