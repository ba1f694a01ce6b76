import type { PairCheck, ProbeReport } from '../../shared/probe.ts';
import type { BySide } from '../../shared/side.ts';
import type { PairScorer } from '../drift/scoring.ts';
import type { Endpoint } from '../endpoints/endpoint.ts';
import type { ProbeProgress } from '../endpoints/probe.ts';

/** A pair that is ready to be asked: what a comparison (and later an audit) runs on. */
export interface OpenPair {
  endpoints: BySide<Endpoint>;
  /** Or why drift cannot be had, in one sentence. */
  scorer: PairScorer | { unavailable: string };
  /** Tries out what the models' servers can do. Remembered; `afresh` asks them again. */
  probe?(signal: AbortSignal, afresh?: boolean, progress?: ProbeProgress): Promise<ProbeReport>;
  /** What a comparison wants to know first. */
  check?: {
    /**
     * Whether servers are tried out for it, the first time: the models' writing would disturb that. Else it only asks
     * who they are.
     */
    triesOut: boolean;
    /** @throws FailureError */
    run(signal: AbortSignal): Promise<PairCheck>;
  };
}

/** The pair as it is to be asked: where its scores are not to be believed, it has none. @param fault in one sentence */
export function trusted(open: OpenPair, fault: string | null): OpenPair {
  return fault === null ? open : { ...open, scorer: { unavailable: fault } };
}
