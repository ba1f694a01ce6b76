import type { ProbeCache } from '../../engine/checkPair.ts';
import type { Pair } from '../../shared/pair.ts';
import type { ModelProbe, ProbeReport } from '../../shared/probe.ts';
import type { Side } from '../../shared/side.ts';
import { servicesOf } from '../compare/runComparison.ts';
import type { EngineHolder } from '../engine.ts';
import type { KeyStore } from '../keys.ts';
import { requireTrust } from '../trust.ts';

/** Tries out both models of a pair anew, and tells of each as it goes. @throws FailureError `untrusted` */
export type RunProbe = (
  pair: Pair,
  progress: (side: Side, soFar: ModelProbe) => void,
  signal: AbortSignal,
) => Promise<ProbeReport>;

export interface ProbeRunnerOptions {
  engine: EngineHolder;
  keys: KeyStore;
  probes: ProbeCache;
}

/** How this window tries out a pair. What asks models is loaded with the first one. */
export function probeRunner({ engine, keys, probes }: ProbeRunnerOptions): RunProbe {
  return async (pair, progress, signal) => {
    requireTrust();
    const { openPair } = await import('../../engine/openPair.ts');
    const services = { ...(await servicesOf(engine, keys)), probes };
    const open = await openPair(pair, services, signal);
    return open.probe!(signal, true, progress);
  };
}
