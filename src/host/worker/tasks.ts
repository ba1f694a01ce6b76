import type { SideTexts } from '../../core/compare/annotateSide.ts';
import type { SideAnnotations } from '../../shared/annotation.ts';
import type { TextDiff } from '../../shared/diff.ts';
import type { Failure } from '../../shared/failure.ts';

/** What runs in a worker thread, off the extension host's. Each is a pure function of its arguments (and of files). */
export type Tasks = {
  diffTexts(left: string, right: string): TextDiff;
  /** @param directory holds the detectors' weights; they are read once */
  annotateSide(directory: string, texts: SideTexts): Promise<SideAnnotations>;
};

/** What a worker thread can be asked for, by name. */
// biome-ignore lint/suspicious/noExplicitAny: the constraint must accept every argument list
export type TaskList = Record<string, (...args: any[]) => unknown>;

export interface ToWorker {
  id: number;
  name: string;
  args: unknown[];
}

export type FromWorker = { id: number } & ({ result: unknown } | { failure: Failure } | { error: string });
