import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { FailureError } from '../../../src/shared/failure.ts';
import { lockRun } from '../../../src/store/lock.ts';
import { createRunFile, readRunFile } from '../../../src/store/runFile.ts';
import { fakeGeneration, fakeRun, fakeSamples } from '../../fakes/runs.ts';

const directory = mkdtempSync(join(tmpdir(), 'driftscope-lock-'));
after(() => rmSync(directory, { recursive: true }));
const isTaken = (error: unknown) =>
  error instanceof FailureError && /is running the audit/.test(error.message);

/** Another process that runs a module and says `ready`. Ended by `kill`. What it holds it must go on naming: else it is collected. */
async function elsewhere(code: string) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return {
    async kill() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

describe('a run', () => {
  test('is run by one at a time, in one process', () => {
    const path = join(directory, 'one.drift');
    const release = lockRun(path);
    assert.throws(() => lockRun(path), isTaken);
    release();
    assert.ok(!existsSync(`${path}-lock`), 'nothing is left of it');
    lockRun(path)();
  });

  test('and in several, and can be run again when one was killed', async () => {
    const path = join(directory, 'several.drift');
    const other = await elsewhere(
      `const { lockRun } = await import('../../../src/store/lock.ts'); const release = lockRun(${JSON.stringify(path)});
       console.log('ready'); setInterval(() => release.length, 1000);`,
    );
    try {
      assert.throws(() => lockRun(path), isTaken);
    } finally {
      await other.kill();
    }
    lockRun(path)();
  });

  test('keeps the locks of its writer when this process looks at it', {
    skip: process.platform !== 'linux' && 'only Linux tells which locks there are',
  }, async () => {
    const path = join(directory, 'looked-at.drift');
    const locks = () => {
      // Without their numbers, which count the locks of all processes.
      const held = readFileSync('/proc/locks', 'utf8')
        .replaceAll(/^\d+: /gm, '')
        .split('\n');
      return held.filter(
        (line) => line.includes(` ${process.pid} `) && line.includes(`:${statSync(path).ino} `),
      );
    };
    const writer = await createRunFile(path, fakeRun(), fakeSamples(3));
    writer.putGeneration({ sample: 0, k: 0, side: 'baseline' }, fakeGeneration('kept'));
    const before = locks();
    assert.equal(before.length, 1, 'a writer in WAL mode holds a shared lock on the file itself');
    readRunFile(path).close();
    assert.deepEqual(locks(), before);
    writer.close();
    assert.deepEqual(locks(), []);
  });
});
