import { rmSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { fail } from '../shared/failure.ts';
import { described } from './failures.ts';
import { sqlite } from './sqlite.ts';

/**
 * Lets one program at a time run an audit in a file: two would generate everything twice. Readers, and a researcher's
 * verdicts, need no lock.
 *
 * It is SQLite's lock on an empty file beside it, which the operating system gives back however the process ends: a lock
 * that only stands written in a file would outlive one that is killed.
 *
 * @returns gives it back
 * @throws FailureError `invalid-input` where another program has it
 */
export function lockRun(path: string): () => void {
  const lock = `${path}-lock`;
  for (;;) {
    const before = inode(lock);
    const database = openDatabase(lock);
    if (before === null) {
      database.close(); // opening it has made it
      continue;
    }
    try {
      // Nothing is ever written: without this there would be a journal beside it.
      database.exec('PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE');
    } catch {
      database.close();
      return fail('invalid-input', `Another window or command line is running the audit in ${path}.`, {
        remedy: 'Stop it there, or wait until it ends.',
      });
    }
    // Whoever gives the lock back removes the file: what was opened just before is then not the file that others see.
    if (inode(lock) === before) return () => release(database, lock);
    database.close();
  }

  function openDatabase(file: string): DatabaseSync {
    try {
      return new (sqlite().DatabaseSync)(file, { timeout: 0 });
    } catch (error) {
      throw described(error, path);
    }
  }
}

/** Removed while it is still locked, so that nobody locks a file that is about to go. Windows removes no open file. */
function release(database: DatabaseSync, lock: string): void {
  if (process.platform !== 'win32') rmSync(lock, { force: true });
  database.close();
  if (process.platform !== 'win32') return;
  try {
    rmSync(lock, { force: true });
  } catch {
    // Another program opened it meanwhile, and removes it.
  }
}

/** Without opening it: closing any descriptor of a file gives up the locks that this process has on it. */
function inode(path: string): bigint | null {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino ?? null;
}
