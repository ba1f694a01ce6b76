import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { TestApi } from '../../src/extension.ts';

interface Case {
  name: string;
  run(): Promise<void>;
}

const cases: Case[] = [];
const TEST_TIMEOUT_MS = 180_000;

/** Collects a test; {@link runAll} runs them in order. */
export function test(name: string, run: () => Promise<void>): void {
  cases.push({ name, run });
}

/**
 * Runs every test and prints how it went.
 * @throws Error where one failed.
 */
export async function runAll(): Promise<void> {
  const faulty: Case[] = [];
  for (const each of cases) if (!(await passes(each))) faulty.push(each);
  let failed = 0;
  // What the machine did to one test of an editor is no verdict on the code; what fails twice is.
  for (const each of faulty) {
    if (await passes(each)) console.log(`Passed at a second try: ${each.name}`);
    else failed++;
  }
  const verdict = `${cases.length - failed} passed, ${failed} failed`;
  console.log(verdict);
  if (failed > 0 || cases.length === 0) throw new Error(verdict);
}

async function passes({ name, run }: Case): Promise<boolean> {
  const start = Date.now();
  try {
    await Promise.race([run(), timeout()]);
    console.log(`✔ ${name} (${Date.now() - start} ms)`);
    return true;
  } catch (error) {
    console.log(`✖ ${name}\n${error instanceof Error ? error.stack : error}`);
    return false;
  } finally {
    await closeEverything();
  }
}

/** What one test has open must not be found by the next: a closed tab is told of a moment after the command. */
async function closeEverything(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  const { panels, audits } = await extensionApi();
  const open = () => ({
    tabs: vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label)),
    comparisons: panels.states().map(({ request }) => request.id),
    audits: audits.running().map(String),
  });
  const nothing = { tabs: [], comparisons: [], audits: [] };
  try {
    await eventually(() => assert.deepEqual(open(), nothing), 10_000);
  } catch {
    // Not a verdict on the test that has ended, but worth reading where the next one fails.
    console.log(`  still open: ${JSON.stringify(open())}`);
  }
}

async function timeout(): Promise<never> {
  await sleep(TEST_TIMEOUT_MS, null, { ref: false });
  throw new Error(`not done after ${TEST_TIMEOUT_MS / 1000} s`);
}

/** Tries until the check passes; throws what it threw last. */
export async function eventually<T>(check: () => T | Promise<T>, patience = 60_000): Promise<T> {
  const end = Date.now() + patience;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await sleep(50);
    }
  }
}

export async function extensionApi(): Promise<TestApi> {
  const extension = vscode.extensions.getExtension<TestApi>('driftscope.driftscope');
  assert.ok(extension, 'the extension is installed');
  return extension.activate();
}

export function inWorkspace(name: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, 'a folder is open');
  return vscode.Uri.joinPath(folder.uri, name);
}

/** Writes a file of the workspace behind the editor's back, as another program does. */
export async function write(name: string, text: string): Promise<vscode.Uri> {
  const uri = inWorkspace(name);
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  return uri;
}

let sets = 0;

/** A prompt set whose first line asks “Hello?”. A new file each time: the editor may still hold the one before. */
export function oneSample(): Promise<vscode.Uri> {
  return write(`set-${++sets}.prompts.jsonl`, '{"id": "a", "input": "Hello?"}\n');
}

export async function readText(name: string): Promise<string> {
  return new TextDecoder().decode(await vscode.workspace.fs.readFile(inWorkspace(name)));
}

/** Replaces the whole text in an editor, as typing does: the file on disk stays as it is. */
export async function type(document: vscode.TextDocument, text: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  const end = document.lineAt(document.lineCount - 1).range.end;
  edit.replace(document.uri, new vscode.Range(new vscode.Position(0, 0), end), text);
  assert.ok(await vscode.workspace.applyEdit(edit));
}

/**
 * Runs with a pair file of its own and puts the workspace's back afterwards.
 * @param whole the names of the pairs without an error
 * @param rest what else the file holds: judges
 */
export async function withPairs(
  pairs: Record<string, unknown>,
  run: () => Promise<void>,
  whole: string[] = Object.keys(pairs),
  rest: Record<string, unknown> = {},
): Promise<void> {
  const before = await readText('driftscope.json');
  const { catalog } = await extensionApi();
  const has = (names: string[]) =>
    eventually(async () =>
      assert.deepEqual(
        (await catalog.choices()).map(({ pair }) => pair.name),
        names,
      ),
    );
  await write('driftscope.json', JSON.stringify({ pairs, ...rest }, null, 2));
  try {
    await has(whole);
    await run();
  } finally {
    await write('driftscope.json', before);
    await has(Object.keys(JSON.parse(before).pairs));
  }
}

/**
 * Answers what the user would be asked, for as long as `run` takes; nothing on the screen answers by itself. A message
 * is answered by one of its buttons, or, by undefined, closed.
 */
export async function answering<
  K extends 'showQuickPick' | 'showInputBox' | 'showWarningMessage' | 'showInformationMessage',
>(question: K, answer: (...args: never[]) => unknown, run: () => Promise<void>): Promise<void> {
  const value = async (...args: never[]) => {
    const answered = await answer(...args);
    if (question.endsWith('Message') && answered !== undefined) {
      assert.ok(args.slice(1).includes(answered as never), `no button of “${args[0]}” is ${answered}`);
    }
    return answered;
  };
  await replacing(vscode.window, question, { value }, run);
}

/** Puts something else in the place of a property for as long as `run` takes. */
export async function replacing<T extends object>(
  object: T,
  property: keyof T,
  replacement: PropertyDescriptor,
  run: () => Promise<void>,
): Promise<void> {
  const real = Object.getOwnPropertyDescriptor(object, property)!;
  Object.defineProperty(object, property, { configurable: true, ...replacement });
  try {
    await run();
  } finally {
    Object.defineProperty(object, property, real);
  }
}
