import type { OpenPair } from '../core/compare/openPair.ts';
import type { PairScorer } from '../core/drift/scoring.ts';
import { matching } from '../core/endpoints/matching.ts';
import { faultOf, type ProbeProgress, type ProbeSubject, probePair } from '../core/endpoints/probe.ts';
import { FailureError } from '../shared/failure.ts';
import type { Pair } from '../shared/pair.ts';
import type { ProbeReport } from '../shared/probe.ts';
import { type BySide, bySide, SIDES } from '../shared/side.ts';

/** Keeps what was found out of pairs, under a name for who answered. A name never holds a key. */
export interface ProbeCache {
  get(name: string): ProbeReport | undefined;
  set(name: string, report: ProbeReport): void;
}

/** For as long as the process lives. */
export function probeCache(): ProbeCache {
  return new Map<string, ProbeReport>();
}

export interface CheckOptions {
  pair: Pair;
  subjects: BySide<ProbeSubject>;
  /** Asked whether two embedded models share a tokenizer: the engine compares their vocabularies. */
  scorer: PairScorer;
  cache: ProbeCache;
}

/** The two ways to look at a pair before it is compared. */
export function pairChecks(options: CheckOptions): Required<Pick<OpenPair, 'probe' | 'check'>> {
  const { models } = options.pair;
  const embedded = SIDES.every((side) => models[side].kind === 'gguf');
  return {
    probe: (signal, afresh = false, progress) => probed(options, embedded, afresh, signal, progress),
    check: embedded
      ? { triesOut: false, run: (signal) => toldByEngine(options, signal) }
      : {
          triesOut: true,
          async run(signal) {
            const report = await probed(options, embedded, false, signal);
            return { matching: report.matching, fault: faultOf(report) };
          },
        },
  };
}

async function probed(
  { pair, subjects, scorer, cache }: CheckOptions,
  embedded: boolean,
  afresh: boolean,
  signal: AbortSignal,
  progress?: ProbeProgress,
): Promise<ProbeReport> {
  // Who answers is asked every time: a server that was started anew is another one.
  const answering = await Promise.all(SIDES.map((side) => answeringAt(subjects[side], signal)));
  signal.throwIfAborted();
  const { models, lineage, scoring } = pair;
  const name = JSON.stringify([SIDES.map((side) => models[side]), lineage, scoring, answering]);
  const known = afresh ? undefined : cache.get(name);
  if (known) return { ...known, pair: pair.name };
  const report = await probePair(pair, subjects, signal, {
    ...(progress && { progress }),
    ...(embedded && { difference: (_, stop) => embeddedDifference(scorer, stop) }),
  });
  // What is out of reach now may be back in a minute.
  if (SIDES.every((side) => report.models[side].failure === null)) cache.set(name, report);
  return report;
}

/** Server, version and model; what it does not tell is null, and a server that is out of reach has no identity. */
async function answeringAt({ known, scorer }: ProbeSubject, signal: AbortSignal) {
  try {
    const found = await known(signal);
    const fingerprint = found?.scorer ? await scorer.fingerprint(signal) : null;
    const { server, version, model } = found?.identity ?? { server: null, version: null, model: null };
    return [server, version, model, fingerprint];
  } catch (error) {
    if (error instanceof FailureError || signal.aborted) return null;
    throw error;
  }
}

/** What the files of two embedded models say. Nothing needs trying out: the engine is known. */
async function toldByEngine({ pair, subjects, scorer }: CheckOptions, signal: AbortSignal) {
  const [baseline, reasoning] = await Promise.all(SIDES.map((side) => subjects[side].known(signal)));
  const identities = {
    baseline: baseline?.identity ?? null,
    reasoning: reasoning?.identity ?? null,
  };
  const difference = await embeddedDifference(scorer, signal);
  return { matching: matching(identities, difference, pair.lineage), fault: null };
}

/** The engine compares vocabularies and cuts before it scores, also where there is nothing to score. */
async function embeddedDifference(scorer: PairScorer, signal: AbortSignal): Promise<string | null> {
  const nothing = { prefix: bySide(() => ({ text: '' })), ids: [], top: 0 };
  try {
    for await (const _ of scorer.score(nothing, signal));
    return null;
  } catch (error) {
    if (!(error instanceof FailureError) || error.failure.kind !== 'tokenizers-differ') throw error;
    return error.failure.detail ?? error.failure.message;
  }
}
