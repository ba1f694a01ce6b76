import { resolve } from 'node:path';
import type { Sample } from '../shared/prompt.ts';
import * as files from '../store/newRun.ts';

/** The samples of a prompt set by its name on the command line, at most so many. @throws as {@link files.samplesOf} */
export function samplesOf(file: string, cwd: string, limit?: number): AsyncGenerator<Sample> {
  return files.samplesOf(resolve(cwd, file), { shown: file, ...(limit === undefined ? {} : { limit }) });
}

/** SHA-256 of a prompt set, hexadecimal. @throws as {@link files.digestOf} */
export function digestOf(file: string, cwd: string): Promise<string> {
  return files.digestOf(resolve(cwd, file), file);
}
