import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ancestors } from './installation.ts';

/** The first Node with what all commands need (node:sqlite without a flag). */
const NEEDED: readonly [major: number, minor: number] = [22, 13];
const MARK = 'DRIFTSCOPE_RELAUNCHED';

export function isOldNode(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1]);
}

/**
 * Under an old Node, runs the same command line with the newer one that a checkout installs, and passes on how it
 * ended. False where this process is the one to go on: it is new enough, or there is no newer one.
 */
export async function relaunched(script: string): Promise<boolean> {
  if (!isOldNode(process.versions.node) || process.env[MARK]) return false;
  const node = ancestors(script)
    .map((directory) => join(directory, 'node_modules/node/bin/node'))
    .find(existsSync);
  if (!node) return false;
  return new Promise((settle) => {
    const child = spawn(node, process.argv.slice(1), {
      stdio: 'inherit',
      env: { ...process.env, [MARK]: '1' },
    });
    const forward = (signal: NodeJS.Signals) => void child.kill(signal);
    const signals: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, forward);
    const stop = () => {
      for (const signal of signals) process.off(signal, forward);
    };
    child.once('error', () => {
      stop();
      settle(false);
    });
    child.once('exit', (code, signal) => {
      stop();
      if (signal) process.kill(process.pid, signal);
      else process.exitCode = code ?? 1;
      settle(true);
    });
  });
}
