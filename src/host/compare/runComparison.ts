import { homedir } from 'node:os';
import type { SideTexts } from '../../core/compare/annotateSide.ts';
import { resolveKey } from '../../core/pairs/keys.ts';
import type { ProbeCache } from '../../engine/checkPair.ts';
import type { PairServices } from '../../engine/openPair.ts';
import type { ComparisonEvent, ComparisonState } from '../../shared/comparison.ts';
import type { JudgeReference } from '../../shared/pair.ts';
import { bySide } from '../../shared/side.ts';
import type { EngineHolder } from '../engine.ts';
import type { KeyStore } from '../keys.ts';
import { readSettings } from '../settings.ts';
import { requireTrust } from '../trust.ts';
import type { WorkerClient } from '../worker/client.ts';
import type { RunComparison } from './session.ts';

export interface RunOptions {
  engine: EngineHolder;
  keys: KeyStore;
  worker(): WorkerClient;
  /** The directory of the detectors' weights. */
  detectors: string;
  /** What was found out of pairs before: a pair is tried out once. */
  probes: ProbeCache;
}

/** How this window runs a comparison. What asks models is loaded with the first one. */
export function comparisonRunner({ engine, keys, worker, detectors, probes }: RunOptions): RunComparison {
  return async function* (request, signal) {
    requireTrust();
    const { topAlternatives, heatThreshold } = readSettings();
    const [{ openPair }, { openJudge }, { compare }] = await Promise.all([
      import('../../engine/openPair.ts'),
      import('../../engine/openJudge.ts'),
      import('../../core/compare/compare.ts'),
    ]);
    const services = { ...(await servicesOf(engine, keys)), probes };
    const open = await openPair(request.pair, services, signal);
    const options = {
      top: topAlternatives,
      threshold: heatThreshold,
      check: true,
      diff: (left: string, right: string) => worker().run('diffTexts', [left, right], signal),
      // Without the signal: what arrived before a stop is annotated too.
      annotate: (texts: SideTexts) => worker().run('annotateSide', [detectors, texts]),
      judges: request.pair.judges?.map((judge) => openJudge(judge, services)) ?? [],
    };
    yield* compare(request, open, options, signal);
  };
}

/** Asks judges about the texts of a comparison that has ended. */
export type RunJudges = (
  state: ComparisonState,
  judges: readonly JudgeReference[],
  signal: AbortSignal,
) => AsyncIterable<ComparisonEvent>;

/** How this window asks judges. @throws FailureError `untrusted` */
export function judgesRunner({ engine, keys }: Pick<RunOptions, 'engine' | 'keys'>): RunJudges {
  return async function* ({ request, sides }, judges, signal) {
    requireTrust();
    const [{ openJudge }, { askJudges }] = await Promise.all([
      import('../../engine/openJudge.ts'),
      import('../../core/annotate/judges/askJudges.ts'),
    ]);
    const services = await servicesOf(engine, keys);
    const texts = bySide((side) => {
      const { [side]: own } = sides;
      return own.state === 'finished' ? own.generation : own;
    });
    const open = judges.map((judge) => openJudge(judge, services));
    yield* askJudges(open, request, texts, signal);
  };
}

/** What opens this window's pairs. */
export async function servicesOf(engine: EngineHolder, keys: KeyStore): Promise<PairServices> {
  return {
    engine: await engine.get(),
    keys: (url, keyReference) => resolveKey({ kind: 'remote', url, model: url, keyReference }, keys),
    baseDir: homedir(), // the catalog made every path absolute
  };
}
