import * as vscode from 'vscode';
import { PromptDocument } from '../../core/prompts/promptDocument.ts';
import { type Counts, PromptSetChecker } from '../../core/prompts/promptSetChecker.ts';
import { DIMENSIONS, type Dimension } from '../../shared/prompt.ts';
import type { OpenPromptSet } from '../promptSets/promptDocuments.ts';

/** What a view says of a prompt set. */
export interface SetSummary {
  samples: number;
  /** Samples of each dimension that there is, and what they expect; '' stands for none. */
  dimensions: { dimension: Dimension | ''; samples: number; expects: [expect: string, samples: number][] }[];
  errors: number;
  warnings: number;
}

/** Larger files, in bytes, are described only while they are open: checking one takes a second for every 4 MB. */
const LARGEST = 4_000_000;
const SLICE_MS = 8;
/** Problems that are counted; more are “1000+” anyway. */
const MOST = 1_000;

/** Of a set that the editor has open. */
export function summaryOfOpen({ uri, checker }: OpenPromptSet): SetSummary {
  const found = vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'Driftscope');
  const count = (wanted: vscode.DiagnosticSeverity) =>
    found.filter(({ severity }) => severity === wanted).length;
  return {
    samples: checker.counts().samples,
    dimensions: dimensionsOf(checker.counts()),
    errors: count(vscode.DiagnosticSeverity.Error),
    warnings: count(vscode.DiagnosticSeverity.Warning),
  };
}

/** Reads and checks a set that is not open, a slice at a time. Null: it is too large, or cannot be read. */
export async function summaryOfFile(uri: vscode.Uri): Promise<SetSummary | null> {
  let text: string;
  try {
    const { size } = await vscode.workspace.fs.stat(uri);
    if (size > LARGEST) return null;
    text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch {
    return null; // it has gone meanwhile
  }
  const checker = new PromptSetChecker(new PromptDocument(text));
  let until = performance.now() + SLICE_MS;
  for (const _ of checker.index()) {
    if (performance.now() < until) continue;
    await new Promise((resolve) => setTimeout(resolve, 0));
    until = performance.now() + SLICE_MS;
  }
  const problems = checker.problems(MOST);
  return {
    samples: checker.counts().samples,
    dimensions: dimensionsOf(checker.counts()),
    errors: problems.filter(({ severity }) => severity === 'error').length,
    warnings: problems.filter(({ severity }) => severity === 'warning').length,
  };
}

function dimensionsOf({ byDimension }: Counts): SetSummary['dimensions'] {
  return [...DIMENSIONS, '' as const].flatMap((dimension) => {
    const expects = byDimension.get(dimension);
    if (!expects) return [];
    const samples = [...expects.values()].reduce((sum, count) => sum + count, 0);
    return [{ dimension, samples, expects: [...expects] }];
  });
}
