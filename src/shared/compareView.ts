import type { ComparisonEvent, ComparisonState } from './comparison.ts';
import type { Alternative } from './drift.ts';
import type { BySide, Side } from './side.ts';
import type { HumanVerdict, VerdictPlace } from './verdict.ts';

/** What the compare view and the extension host say to each other. */
export interface CompareContract {
  calls: {
    /** The first call: the view is there (again) and wants the whole state. Events follow from then on. */
    ready(): ComparisonState;
    /** Cancels generation and scoring; what arrived stays. */
    stop(): void;
    /**
     * Both models' likeliest tokens at one position of the author's generation. The host may leave `top` empty in the
     * positions it sends where they run to tens of thousands (500 bytes each): the view then asks for the one it shows.
     */
    alternatives(author: Side, index: number): BySide<Alternative[]>;
    /** Asks both models again. A `restarted` event follows. */
    retry(): void;
    /** Puts a researcher's verdict in place of the detector's; null: the detector's own counts again. An `overridden` event follows. */
    override(place: VerdictPlace, verdict: HumanVerdict | null): void;
    /** Lets the user pick a judge, and asks it about every text. `judged` events follow. */
    askJudge(): void;
    /** Lets the user add the prompt to a prompt set, with what both models did. */
    addToPromptSet(): void;
    /** Tries out what the pair's servers can score, in a view of its own. */
    checkPair(): void;
    /** Opens the prompt file at the sample. */
    revealOrigin(): void;
    /** Puts text on the clipboard. */
    copy(text: string): void;
    /** Shows the whole comparison as JSON in an editor. */
    openAsJson(): void;
    /** Opens the Driftscope output channel. */
    showLog(side: Side | null): void;
  };
  events: {
    /** In order, batched about every 30 ms. */
    happened: ComparisonEvent[];
    restarted: ComparisonState;
  };
}

/**
 * What the view has to keep with `setState` (it may keep more beside it), so that the host finds the comparison
 * again after a reload of the window. Kept anew after `ready` and after every `restarted`.
 */
export interface KeptCompareView {
  /** {@link ComparisonState.request}'s id. */
  comparison: string;
}
