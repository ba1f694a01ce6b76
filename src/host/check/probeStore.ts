import { createHash } from 'node:crypto';
import type { ProbeCache } from '../../engine/checkPair.ts';
import type { ProbeReport } from '../../shared/probe.ts';
import { bySide } from '../../shared/side.ts';

const KEPT = 'driftscope.probes';
/** Reports that are kept; a report weighs some kilobytes. */
const MOST = 30;
/** How long a report holds, in ms: a server may be started anew with other options under the same name. */
const HOLDS = 24 * 60 * 60 * 1_000;

interface Kept {
  /** Of who answered, hashed: names hold system prompts. */
  name: string;
  /** ms since the epoch. */
  at: number;
  report: ProbeReport;
}

/** As much of VS Code's `Memento` as is needed. */
interface KeptValues {
  get<T>(key: string, fallback: T): T;
  update(key: string, value: unknown): PromiseLike<void>;
}

/** What was found out of pairs, kept across windows, so that a pair is tried out once and not once a comparison. */
export function createProbeStore(memento: KeptValues, now = Date.now): ProbeCache {
  const all = () => memento.get<Kept[]>(KEPT, []);
  return {
    get(name) {
      const hashed = hash(name);
      const kept = all().find((candidate) => candidate.name === hashed);
      return kept && now() - kept.at < HOLDS ? kept.report : undefined;
    },
    set(name, report) {
      const hashed = hash(name);
      const others = all().filter((kept) => kept.name !== hashed);
      void memento.update(
        KEPT,
        [{ name: hashed, at: now(), report: light(report) }, ...others].slice(0, MOST),
      );
    },
  };
}

function hash(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}

/** Templates run to tens of kilobytes; what is to be said of them stands in the matching checks. */
function light(report: ProbeReport): ProbeReport {
  return {
    ...report,
    models: bySide((side) => {
      const { identity, ...model } = report.models[side];
      return { ...model, identity: identity && { ...identity, chatTemplate: null } };
    }),
  };
}
