import * as vscode from 'vscode';
import type { Engine } from '../engine/client.ts';
import { describeProgress } from '../engine/describeProgress.ts';

/** The embedded engine of this window. */
export interface EngineHolder {
  /** Loads the client; the process starts when a model is first asked. */
  get(): Promise<Engine>;
  /** Ends the process, if it runs. What is asked next starts it anew. */
  stop(): Promise<void>;
  /** The process id; null: not running. */
  pid(): Promise<number | null>;
  /** A model is being downloaded or loaded; the text says which, and how far. */
  readonly onDidProgress: vscode.Event<string>;
  /** {@link stop} was called. A crash is told by the engine itself. */
  readonly onDidStop: vscode.Event<void>;
  dispose(): void;
}

export function createEngineHolder(
  context: vscode.ExtensionContext,
  log: vscode.LogOutputChannel,
): EngineHolder {
  const progress = new vscode.EventEmitter<string>();
  const stopped = new vscode.EventEmitter<void>();
  let engine: Promise<Engine> | null = null;

  const load = async (): Promise<Engine> => {
    const { createEngine } = await import('../engine/client.ts');
    const made = createEngine({
      entry: context.asAbsolutePath('dist/engine.js'),
      mediaDir: context.asAbsolutePath('media'),
      modelCacheDir: vscode.Uri.joinPath(context.globalStorageUri, 'models').fsPath,
      log: (line) => log.info(line),
      onProgress: (step) => progress.fire(describeProgress(step)),
    });
    made.onCrash(({ message, detail }) => log.error([message, detail].filter(Boolean).join('\n')));
    return made;
  };

  return {
    onDidProgress: progress.event,
    onDidStop: stopped.event,
    get() {
      engine ??= load();
      return engine;
    },
    async stop() {
      if (!engine) return;
      const before = await engine;
      engine = null;
      await before.dispose();
      stopped.fire();
    },
    pid: async () => (await engine)?.pid ?? null,
    dispose: () => vscode.Disposable.from(progress, stopped).dispose(),
  };
}
