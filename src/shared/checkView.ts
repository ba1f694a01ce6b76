import type { Failure } from './failure.ts';
import type { ModelProbe, ProbeReport } from './probe.ts';
import type { BySide } from './side.ts';

/** What the view of *Check Pair* and the extension host say to each other. */
export interface CheckContract {
  calls: {
    /** The first call: the view is there (again) and wants the state. `changed` events follow from then on. */
    ready(): CheckState;
    /** Tries everything out again. */
    recheck(): void;
    /** Ends what is being tried out; what is known by then stays. */
    cancel(): void;
    /** Puts the report on the clipboard, as `driftscope probe --json` prints it. */
    copyJson(): void;
    /** Opens the pair file at the pair. */
    openPairFile(): void;
    /** Lets the user set the key of an endpoint. */
    setApiKey(): void;
    showLog(): void;
  };
  events: { changed: CheckState };
}

/** One pair, and what is known of it. */
export interface CheckState {
  pair: {
    name: string;
    /** `sft · organism-instruct → organism-sft` */
    description: string;
    models: BySide<string>;
    /** Whether there is a file to open: the bundled pair has none in the workspace. */
    hasFile: boolean;
  };
  progress: CheckProgress;
}

export type CheckProgress =
  /** By side, what is known so far; null: nothing yet. */
  | { state: 'running'; models: BySide<ModelProbe | null>; waitingFor: string | null }
  /** `at`: ISO 8601. */
  | { state: 'done'; report: ProbeReport; at: string }
  | { state: 'cancelled'; models: BySide<ModelProbe | null> }
  | { state: 'failed'; models: BySide<ModelProbe | null>; failure: Failure };
