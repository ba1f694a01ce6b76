/**
 * Starts a real VS Code on a machine that has neither a display nor the desktop editor: code-server's workbench,
 * extension host and webviews, driven through Chromium. `setup.mjs` installs it.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { editorDirectory, node24 } from './setup.mjs';

const CODE_SERVER = join(editorDirectory(), 'node_modules/code-server');

export interface EditorOptions {
  /** Folder or file to open. */
  workspace: string;
  /** Extension to install first. */
  vsix?: string;
  /** User settings beside the quiet defaults. */
  settings?: Record<string, unknown>;
  /** Where the editor keeps its data; a temporary folder, removed at the end, unless given. */
  dataDirectory?: string;
  port?: number;
  /** Workspace trust is off (everything trusted) unless this is set. */
  trust?: boolean;
}

export interface RunningEditor {
  /** The workbench's address. */
  url: string;
  port: number;
  process: ChildProcess;
  /** Where its settings and logs are. */
  dataDirectory: string;
  stop(): Promise<void>;
}

const QUIET_SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  // As on a desktop; a server asks from 10 MB on.
  'workbench.editorLargeFileConfirmation': 1024,
};

/** The editor as a user has it, with the extension from its VSIX. Resolves when it answers. */
export async function startEditor(options: EditorOptions): Promise<RunningEditor> {
  const data = options.dataDirectory ?? mkdtempSync(join(tmpdir(), 'driftscope-editor-'));
  const user = join(data, 'user');
  const extensions = join(data, 'extensions');
  writeSettings(join(user, 'User'), options.settings);
  const entry = join(CODE_SERVER, 'out/node/entry.js');
  const dirs = ['--user-data-dir', user, '--extensions-dir', extensions];
  if (options.vsix) {
    await promisify(execFile)(node24, [entry, ...dirs, '--install-extension', options.vsix], {
      env: environment(),
    });
  }
  const port = options.port ?? (await freePort());
  return serve(port, data, options.dataDirectory === undefined, [
    entry,
    ...['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`],
    ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'],
    ...(options.trust ? [] : ['--disable-workspace-trust']),
    ...dirs,
    options.workspace,
  ]);
}

/** VS Code's server with its test driver: runs a test module inside the extension host. Webviews stay empty. */
export async function startTestServer(settings: Record<string, unknown> = {}): Promise<RunningEditor> {
  const data = mkdtempSync(join(tmpdir(), 'driftscope-server-'));
  writeSettings(join(data, 'data/User'), settings);
  writeSettings(join(data, 'data/Machine'), settings);
  const port = await freePort();
  return serve(port, data, true, [
    join(CODE_SERVER, 'lib/vscode/out/server-main.js'),
    ...[
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      '--without-connection-token',
      '--accept-server-license-terms',
    ],
    ...['--disable-telemetry', '--disable-workspace-trust', '--enable-smoke-test-driver'],
    ...['--server-data-dir', data, '--extensions-dir', join(data, 'extensions')],
  ]);
}

async function serve(port: number, data: string, temporary: boolean, args: string[]): Promise<RunningEditor> {
  if (!existsSync(args[0]!)) throw new Error('The editor is not installed: run `node tools/setup.mjs`.');
  let output = '';
  // Its own process group, so that the extension host and the pty host end with it.
  const child = spawn(node24, args, {
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk).slice(-20_000);
    });
  }
  const stop = async () => {
    const running = child.exitCode === null && child.signalCode === null;
    const ended = running ? once(child, 'exit') : Promise.resolve();
    signalGroup(child, 'SIGTERM');
    await Promise.race([ended, sleep(5_000)]);
    signalGroup(child, 'SIGKILL');
    // What was killed may still be writing for a moment.
    if (temporary) await rm(data, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };
  const url = `http://127.0.0.1:${port}/`;
  try {
    await answered(url, child, 180_000);
  } catch (error) {
    await stop();
    throw new Error(`The editor did not start. Its last words:\n${output}`, { cause: error });
  }
  return { url, port, process: child, dataDirectory: data, stop };
}

async function answered(url: string, child: ChildProcess, patience: number): Promise<void> {
  const end = Date.now() + patience;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`it exited with code ${child.exitCode}`);
    const response = await fetch(url).catch(() => null);
    if (response?.ok) return;
    if (Date.now() > end) throw new Error(`no answer in ${patience} ms`);
    await sleep(200);
  }
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid) process.kill(-child.pid, signal);
  } catch {
    // The group has ended already.
  }
}

function writeSettings(directory: string, settings: Record<string, unknown> = {}): void {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'settings.json');
  if (!existsSync(file) || Object.keys(settings).length > 0) {
    writeFileSync(file, JSON.stringify({ ...QUIET_SETTINGS, ...settings }, null, 2));
  }
}

/**
 * Without what a surrounding VS Code or npm would leak into the one we start, and with a marketplace that refuses at
 * once: where names are looked up in vain, the extension host may wait a minute for one.
 */
function environment(): NodeJS.ProcessEnv {
  const leaks = /^(VSCODE_|ELECTRON_|CODE_SERVER|npm_|NODE_OPTIONS$|NODE_TEST_CONTEXT$)/;
  const own = Object.entries(process.env).filter(([name]) => !leaks.test(name));
  const nowhere = { serviceUrl: 'http://127.0.0.1:1', itemUrl: '', resourceUrlTemplate: '' };
  return { ...Object.fromEntries(own), EXTENSIONS_GALLERY: JSON.stringify(nowhere) };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port to be had');
  return address.port;
}
