import type { ComparisonState } from '../../src/shared/comparison.ts';
import { type Hotspot, hotspotsOf, positionsOf, type SummaryRow, summaryRows } from './driftData.ts';
import type { ViewSettings } from './settings.ts';

/** Summing up more positions than this takes longer than a frame has. */
const MANY_POSITIONS = 10_000;
/** While positions stream in, figures are worked out anew this often, not at every batch. ms. */
const REFRESH = 500;

interface Figures {
  rows: SummaryRow[];
  /** The largest first. */
  hotspots: Hotspot[];
}

/** Summary and hotspots of what is shown, worked out no oftener than a reader can follow. */
export class DriftFigures {
  #kept: (Figures & { at: number; key: string }) | null = null;
  readonly #again: () => void;

  /** @param again renders once more: figures left out of a first frame are there in the next */
  constructor(again: () => void) {
    this.#again = again;
  }

  clear(): void {
    this.#kept = null;
  }

  of(state: ComparisonState, { author, measure }: ViewSettings, threshold: number): Figures {
    const drift = state.drift[author];
    const positions = positionsOf(drift);
    const key = [author, measure, threshold, drift.state].join();
    const now = performance.now();
    const kept = this.#kept;
    if (kept?.key === key && (drift.state !== 'scoring' || now - kept.at < REFRESH)) return kept;
    if (!kept && positions.length > MANY_POSITIONS) {
      // The text first, the figures in the next frame.
      this.#kept = { at: now, key: '', rows: [], hotspots: [] };
      requestAnimationFrame(this.#again);
      return this.#kept;
    }
    this.#kept = {
      at: now,
      key,
      rows: summaryRows(state, author, measure, threshold),
      hotspots: hotspotsOf(drift, measure, threshold),
    };
    return this.#kept;
  }
}
