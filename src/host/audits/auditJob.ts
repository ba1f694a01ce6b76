import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Detectors, loadDetectors } from '../../core/annotate/annotate.ts';
import { atOnce } from '../../core/annotate/detector.ts';
import { analyse, byUrgency } from '../../core/audit/analyse.ts';
import { identify } from '../../core/audit/identify.ts';
import { createPace } from '../../core/audit/pace.ts';
import { runAudit } from '../../core/audit/run.ts';
import type { RunStore } from '../../core/audit/runStore.ts';
import { annotateSide, type SideTexts } from '../../core/compare/annotateSide.ts';
import type { OpenPair } from '../../core/compare/openPair.ts';
import type { AuditEvent, AuditStatus } from '../../shared/audit.ts';
import { FailureError } from '../../shared/failure.ts';
import type { Pair } from '../../shared/pair.ts';
import { lockRun } from '../../store/lock.ts';
import { newRunInfo, samplesOf } from '../../store/newRun.ts';
import { createRunFile, openRunFile } from '../../store/runFile.ts';
import type { AuditJob } from './messages.ts';

export interface JobServices {
  /** @param waits hears, in a line each, of what takes its time: a model being loaded. */
  openPair(pair: Pair, waits: (line: string | null) => void, signal: AbortSignal): Promise<OpenPair>;
  /** The run file is there. */
  begun(): void;
  /** How far it is, some times a second; the last one says how it ended. */
  tell(status: AuditStatus): void;
}

/** ms between two words on how far it is. */
const PERIOD = 200;

/**
 * One audit in one run file. Resolves when it has ended, however that was: what was done is in the file.
 * @throws FailureError where the run cannot begin, before `begun`; bugs
 */
export async function runAuditJob(job: AuditJob, services: JobServices, signal: AbortSignal): Promise<void> {
  const detectors = await loadDetectors((name) => readFile(join(job.media, 'detectors', name)));
  const release = lockRun(job.run);
  try {
    const store = await openOrCreate(job, detectors);
    try {
      await runToItsEnd(store, job, detectors, services, signal);
    } finally {
      store.close();
    }
  } finally {
    release();
  }
}

async function openOrCreate({ run, work }: AuditJob, detectors: Detectors): Promise<RunStore> {
  if (work.type === 'resume') {
    const store = openRunFile(run);
    if (work.scoring) store.setScoring(work.scoring);
    return store;
  }
  const { set, sampleIds, limit, tool, pair, generations, scoring } = work;
  const info = await newRunInfo({ path: set }, tool, detectors, { pair, generations, scoring });
  const query = {
    ...(limit === null ? {} : { limit }),
    ...(sampleIds ? { ids: new Set(sampleIds) } : {}),
  };
  return createRunFile(run, info, samplesOf(set, query));
}

async function runToItsEnd(
  store: RunStore,
  { concurrency, work }: AuditJob,
  detectors: Detectors,
  { openPair, begun, tell }: JobServices,
  signal: AbortSignal,
): Promise<void> {
  const { pair, scoring } = store.info();
  const pace = createPace();
  let status: AuditStatus = {
    phase: 'preparing',
    progress: store.progress(),
    scoring: scoring !== null,
    tokensPerSecond: null,
    eta: null,
    waitingFor: null,
    failure: null,
    verdicts: [],
  };
  let toldAt = 0;
  const change = (next: Partial<AuditStatus>, atOnce = false) => {
    status = { ...status, ...next };
    if (!atOnce && performance.now() - toldAt < PERIOD) return;
    toldAt = performance.now();
    tell(status);
  };
  const onStop = () => change({ phase: 'stopping', eta: null }, true);
  signal.addEventListener('abort', onStop, { once: true });
  change({}, true);
  begun();
  try {
    const opened = await openPair(pair, (line) => change({ waitingFor: line }), signal);
    const open = await identify(store, opened, signal);
    const annotate = async (texts: SideTexts) => atOnce(annotateSide(detectors, texts));
    const failedOnly = work.type === 'resume' && work.failedOnly;
    const options = { annotate, failedOnly, ...(concurrency === null ? {} : { concurrency }) };
    let ended: Extract<AuditEvent, { type: 'ended' }> | undefined;
    for await (const event of runAudit(store, open, options, signal)) {
      pace.happened(event);
      if (event.type === 'ended') ended = event;
      else if (event.type === 'generated' || event.type === 'scored') {
        change({ ...going(signal), progress: event.progress, ...pace.now(), waitingFor: null });
      } else if ('progress' in event) {
        change({ ...going(signal), progress: event.progress }, event.type === 'started');
      }
    }
    if (!ended) throw new Error('the audit ended without saying how');
    status = { ...status, progress: ended.progress, eta: null, waitingFor: null };
    change({ phase: ended.how, failure: ended.failure, verdicts: verdictsOf(store) }, true);
  } catch (error) {
    if (signal.aborted) {
      change({ phase: 'cancelled', eta: null, waitingFor: null, progress: store.progress() }, true);
    } else if (error instanceof FailureError) {
      change({ phase: 'failed', eta: null, waitingFor: null, failure: error.failure }, true);
    } else throw error;
  } finally {
    signal.removeEventListener('abort', onStop);
  }
}

function going(signal: AbortSignal): Pick<AuditStatus, 'phase'> {
  return { phase: signal.aborted ? 'stopping' : 'running' };
}

function verdictsOf(store: RunStore): AuditStatus['verdicts'] {
  const { dimensions } = analyse(store.outcomes());
  return dimensions.sort(byUrgency).map(({ dimension, verdict }) => ({ dimension, verdict }));
}
