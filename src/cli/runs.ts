import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Detectors } from '../core/annotate/annotate.ts';
import type { RunInfo } from '../shared/audit.ts';
import * as files from '../store/newRun.ts';
import type { Context } from './command.ts';
import { versionOf } from './installation.ts';

/** What a run that begins now is of. @throws FailureError where the prompt set cannot be read. */
export async function newRunInfo(
  set: string,
  detectors: Detectors,
  { media, cwd }: Context,
  given: Parameters<typeof files.newRunInfo>[3],
): Promise<RunInfo> {
  const root = dirname(media);
  const version = existsSync(join(root, 'package.json')) ? versionOf(root) : '';
  const tool = `driftscope ${version}`.trim();
  return files.newRunInfo({ path: resolve(cwd, set), shown: set }, tool, detectors, given);
}
