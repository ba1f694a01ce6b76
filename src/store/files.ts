import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ImportSource } from '../core/formats/record.ts';
import { FailureError, fail } from '../shared/failure.ts';

/** Bytes read at once, and UTF-16 units gathered before they are written. */
const BUFFER = 64 * 1024;

/**
 * A file to import, open until the work with it is done.
 * @throws FailureError `invalid-input` where it cannot be read.
 */
export async function withSource<T>(
  path: string,
  shown: string,
  work: (source: ImportSource) => Promise<T>,
): Promise<T> {
  let file: FileHandle;
  try {
    file = await open(path);
    if ((await file.stat()).isDirectory()) throw new Error('it is a directory');
  } catch (error) {
    return fail('invalid-input', `The file ${shown} cannot be read: ${(error as Error).message}`);
  }
  try {
    const { size } = await file.stat();
    return await work({
      name: shown,
      size,
      stream: () => chunksOf(file),
      async read(start, end) {
        const bytes = new Uint8Array(end - start);
        const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
        return bytes.subarray(0, bytesRead);
      },
    });
  } finally {
    await file.close();
  }
}

/** Streams of a file handle close it when they end; here it is read more than once. */
async function* chunksOf(file: FileHandle): AsyncGenerator<Uint8Array> {
  for (let position = 0; ; ) {
    const chunk = new Uint8Array(BUFFER);
    const { bytesRead } = await file.read(chunk, 0, BUFFER, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}

/** A file being written under another name. */
export interface NewFile {
  write(text: string): Promise<void>;
  /** Puts it in its place. Not called: nothing is left of it. */
  done(): Promise<void>;
  discard(): Promise<void>;
}

/**
 * Begins a file that appears under its name only when it is whole.
 * @throws FailureError `invalid-input` where it cannot be written.
 */
export async function newFile(path: string, shown: string): Promise<NewFile> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  const explained = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof FailureError || !(error instanceof Error && 'code' in error)) throw error;
      return fail('invalid-input', `The file ${shown} cannot be written: ${error.message}`);
    }
  };
  const file = await explained(() => open(temporary, 'w'));
  let pending = '';
  return {
    async write(text) {
      pending += text;
      if (pending.length < BUFFER) return;
      const now = pending;
      pending = '';
      await explained(() => file.appendFile(now));
    },
    async done() {
      await explained(async () => {
        await file.appendFile(pending);
        await file.close();
        await rename(temporary, path);
      });
    },
    async discard() {
      await file.close().catch(() => undefined);
      await rm(temporary, { force: true });
    },
  };
}
