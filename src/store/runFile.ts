import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import type { RunReader, RunStore } from '../core/audit/runStore.ts';
import type { RunInfo } from '../shared/audit.ts';
import { fail } from '../shared/failure.ts';
import type { Sample } from '../shared/prompt.ts';
import { damaged, described } from './failures.ts';
import { APPLICATION_ID, migrate, READABLE_FROM, SCHEMA_VERSION } from './schema.ts';
import { sqlite } from './sqlite.ts';
import { sqliteRunStore } from './sqliteRunStore.ts';

/**
 * A new run file (`*.drift`), its samples read one at a time. Nothing is left of it where they cannot be read. It gets
 * its name once it is whole: whoever is killed before that leaves no file that cannot be gone on with.
 * @throws FailureError `invalid-input` where the path is taken or cannot be written.
 */
export async function createRunFile(
  path: string,
  info: RunInfo,
  samples: Iterable<Sample> | AsyncIterable<Sample>,
): Promise<RunStore> {
  refuseTaken(path);
  const unfinished = `${path}-new`;
  removeDatabase(unfinished); // of one who was killed
  const database = openDatabase(unfinished, false, path);
  try {
    // Before anything is in it, or it would not take effect.
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    prepare(database);
    migrate(database, 0);
    await sqliteRunStore(database, path).begin(info, samples);
    database.close(); // which brings what is in the log into the file
    refuseTaken(path);
    removeLog(path);
    renameSync(unfinished, path);
  } catch (error) {
    if (database.isOpen) database.close();
    removeDatabase(unfinished);
    throw described(error, path);
  }
  return openRunFile(path);
}

function refuseTaken(path: string): void {
  if (!existsSync(path)) return;
  fail('invalid-input', `${path} exists already.`, {
    remedy: 'Resume it, or name another file for the run.',
  });
}

function removeDatabase(path: string): void {
  rmSync(path, { force: true });
  removeLog(path);
}

/** The log of a file that is gone would be taken for that of the next file of its name, and written into it. */
function removeLog(path: string): void {
  for (const name of [`${path}-wal`, `${path}-shm`]) rmSync(name, { force: true });
}

/**
 * Opens a run to go on with it. Files of older versions are brought to ours.
 * @throws FailureError `invalid-input` where there is none, it is damaged, or a newer Driftscope made it; it is then left
 * as it is.
 */
export function openRunFile(path: string): RunStore {
  const version = checkHead(path);
  const database = openDatabase(path, false);
  try {
    checkInside(database, path);
    prepare(database);
    migrate(database, version);
    return sqliteRunStore(database, path);
  } catch (error) {
    database.close();
    throw described(error, path);
  }
}

/** Opens a run to read it: an audit may write it meanwhile. @throws as {@link openRunFile} */
export function readRunFile(path: string): RunReader & { close(): void } {
  const version = checkHead(path);
  if (version < READABLE_FROM) return openRunFile(path);
  const database = openDatabase(path, true);
  try {
    checkInside(database, path);
    const run = sqliteRunStore(database, path);
    const { close } = run;
    return Object.assign(run, {
      close() {
        close();
        tidy(path);
      },
    });
  } catch (error) {
    database.close();
    throw described(error, path);
  }
}

/**
 * A reader makes the two files of the log beside the run file and cannot remove them. Where nothing stands in the log, a
 * connection that might write does so when it closes, unless somebody else has the file open.
 */
function tidy(path: string): void {
  if (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size !== 0) return;
  const there = pathToFileURL(path);
  there.searchParams.set('mode', 'rw'); // a file that has gone meanwhile is not made anew
  try {
    const database = new (sqlite().DatabaseSync)(there);
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    database.close();
  } catch {
    // A folder that nobody may write to keeps what is there.
  }
}

const MAGIC = 'SQLite format 3\u0000';

/**
 * Reads what the file says of itself, without SQLite, which would write to it: https://sqlite.org/fileformat2.html.
 * @returns its schema version
 */
function checkHead(path: string): number {
  let head: Buffer;
  let size = 0;
  try {
    head = headOf(path);
    size = statSync(path).size;
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return fail(
      'invalid-input',
      missing ? `There is no run file ${path}.` : `${path} cannot be read: ${(error as Error).message}`,
    );
  }
  if (head.length < 100 || head.toString('latin1', 0, 16) !== MAGIC) {
    return fail('invalid-input', `${path} is no run file, or is damaged.`, {
      remedy: 'A run file is what `driftscope audit … -o FILE.drift` makes.',
    });
  }
  if (head.readUInt32BE(68) !== APPLICATION_ID) {
    return fail('invalid-input', `${path} is a SQLite database, but no run file of Driftscope.`);
  }
  const version = head.readUInt32BE(60);
  if (version > SCHEMA_VERSION) {
    return fail(
      'invalid-input',
      `${path} was made by a newer Driftscope (format ${version}; this one knows up to ${SCHEMA_VERSION}), and was left as it is.`,
      { remedy: 'Update Driftscope.' },
    );
  }
  const page = head.readUInt16BE(16) === 1 ? 65536 : head.readUInt16BE(16);
  if (size < page * head.readUInt32BE(28)) throw damaged(path, 'the file is shorter than it says');
  return version;
}

/** By device and inode. Of files that are still there. */
const descriptors = new Map<string, number>();

/**
 * The first 100 bytes. Their descriptor stays open: closing it would give up every lock that this process has on the
 * file, and another program could then take the log from under an audit that runs here
 * (https://sqlite.org/howtocorrupt.html, 2.2). Windows has no such locks, and renames no file that is open.
 */
function headOf(path: string): Buffer {
  const bytes = Buffer.alloc(100);
  if (process.platform === 'win32') {
    const file = openSync(path, 'r');
    try {
      return bytes.subarray(0, readSync(file, bytes, 0, 100, 0));
    } finally {
      closeSync(file);
    }
  }
  for (const [key, file] of descriptors) {
    if (fstatSync(file).nlink > 0) continue;
    closeSync(file);
    descriptors.delete(key);
  }
  const { dev, ino } = statSync(path, { bigint: true });
  const key = `${dev}/${ino}`;
  const file = descriptors.get(key) ?? openSync(path, 'r');
  descriptors.set(key, file);
  return bytes.subarray(0, readSync(file, bytes, 0, 100, 0));
}

/** Larger files are not read through to be opened: what is damaged in them is found when it is read. */
const CHECKED_WHOLE_UP_TO = 16e6;

function checkInside(database: DatabaseSync, path: string): void {
  if (statSync(path).size > CHECKED_WHOLE_UP_TO) {
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return;
  }
  const found = database.prepare('PRAGMA quick_check(1)').get();
  const verdict = String(Object.values(found ?? {})[0]);
  if (verdict !== 'ok') throw damaged(path, verdict);
}

/** @param named the file that messages are about */
function openDatabase(path: string, readOnly: boolean, named = path): DatabaseSync {
  try {
    return new (sqlite().DatabaseSync)(path, { readOnly, timeout: 10_000 });
  } catch (error) {
    throw described(error, named);
  }
}

/** Kept after every commit, also if the process is killed; a power failure may take the last commits, never more. */
function prepare(database: DatabaseSync): void {
  database.exec('PRAGMA journal_mode = WAL');
  database.exec('PRAGMA synchronous = NORMAL');
  database.exec('PRAGMA foreign_keys = ON');
  // In KiB: memory stays flat however large the file is.
  database.exec('PRAGMA cache_size = -4000');
}
