import { FailureError } from '../../shared/failure.ts';
import { bySide } from '../../shared/side.ts';
import type { OpenPair } from '../compare/openPair.ts';
import type { RunStore } from './runStore.ts';

/** Asks the servers who they are, once a run. An audit does without where they do not tell. */
export async function identify(store: RunStore, open: OpenPair, signal: AbortSignal): Promise<void> {
  const { identities, imported } = store.info();
  if (!open.probe || imported || identities.baseline || identities.reasoning) return;
  try {
    const report = await open.probe(signal);
    store.setIdentities(
      bySide((side) => report.models[side].identity),
      report.matching,
    );
  } catch (error) {
    if (!(error instanceof FailureError) && !signal.aborted) throw error;
  }
}
