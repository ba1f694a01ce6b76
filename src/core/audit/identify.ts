import { FailureError } from '../../shared/failure.ts';
import { bySide } from '../../shared/side.ts';
import { type OpenPair, trusted } from '../compare/openPair.ts';
import { faultOf } from '../endpoints/probe.ts';
import type { RunStore } from './runStore.ts';

/**
 * Asks the servers who they are, and tries out how they score; who they are is noted once a run. An audit does without
 * where they do not tell.
 * @returns the pair as it is to be asked: without scores where these are not to be believed
 */
export async function identify(store: RunStore, open: OpenPair, signal: AbortSignal): Promise<OpenPair> {
  const { identities, imported } = store.info();
  if (!open.probe || imported) return open;
  try {
    const report = await open.probe(signal);
    if (!identities.baseline && !identities.reasoning) {
      store.setIdentities(
        bySide((side) => report.models[side].identity),
        report.matching,
      );
    }
    return trusted(open, faultOf(report));
  } catch (error) {
    if (!(error instanceof FailureError) && !signal.aborted) throw error;
    return open;
  }
}
