import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import type { Detectors } from '../core/annotate/annotate.ts';
import { readPromptSet } from '../core/prompts/promptSet.ts';
import type { RunInfo } from '../shared/audit.ts';
import { FailureError, fail } from '../shared/failure.ts';
import type { Sample } from '../shared/prompt.ts';
import { bySide } from '../shared/side.ts';

export interface SetQuery {
  /** Only the first so many. Default: all. */
  limit?: number;
  /** Only those of these ids. Default: all. */
  ids?: ReadonlySet<string>;
  /** The set's name in messages. Default: its path. */
  shown?: string;
}

/**
 * The samples of a prompt set one by one.
 * @throws FailureError `invalid-input` at the first line that has no sample, or an id that was there before.
 */
export async function* samplesOf(
  path: string,
  { limit = Number.POSITIVE_INFINITY, ids, shown = path }: SetQuery = {},
): AsyncGenerator<Sample> {
  let count = 0;
  if (limit <= 0) return;
  try {
    for await (const { sample, line, problems } of readPromptSet(createReadStream(path))) {
      const error = problems.find(
        ({ severity, code }) => severity === 'error' && (!sample || code === 'duplicate-id'),
      );
      if (!sample || error) {
        return fail('invalid-input', `${shown}:${line + 1}: ${error?.message ?? 'This is no sample.'}`, {
          remedy: 'Mend the line, or take it out.',
        });
      }
      if (ids && !ids.has(sample.id)) continue;
      yield sample;
      if (++count >= limit) return;
    }
  } catch (error) {
    if (error instanceof FailureError || !(error instanceof Error && 'code' in error)) throw error;
    return fail('invalid-input', `The prompt set ${shown} cannot be read: ${error.message}`);
  }
  if (count > 0) return;
  fail('invalid-input', `The prompt set ${shown} has ${ids ? 'none of these samples' : 'no samples'}.`);
}

/** SHA-256 of a file's bytes, hexadecimal. @throws FailureError `invalid-input` where it cannot be read. */
export async function digestOf(path: string, shown = path): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  } catch (error) {
    return fail('invalid-input', `The prompt set ${shown} cannot be read: ${(error as Error).message}`);
  }
  return hash.digest('hex');
}

/**
 * What a run that begins now is of.
 * @param tool name and version of the program: `driftscope 0.1.0`
 * @throws FailureError where the prompt set cannot be read.
 */
export async function newRunInfo(
  set: { path: string; shown?: string },
  tool: string,
  detectors: Detectors,
  given: Pick<RunInfo, 'pair' | 'generations'> & Partial<Pick<RunInfo, 'scoring' | 'imported'>>,
): Promise<RunInfo> {
  return {
    id: randomUUID(),
    created: new Date().toISOString(),
    tool,
    set: { name: basename(set.path), sha256: await digestOf(set.path, set.shown) },
    scoring: null,
    detectors: [detectors.refusal, detectors.toxicity, detectors.privacy].map(
      ({ name, version }) => `${name}@${version}`,
    ),
    identities: bySide(() => null),
    matching: null,
    imported: null,
    ...given,
  };
}
