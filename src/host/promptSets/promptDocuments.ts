import * as vscode from 'vscode';
import { type LinesChange, PromptDocument } from '../../core/prompts/promptDocument.ts';
import { isPromptSet } from '../../core/prompts/promptSet.ts';
import { PromptSetChecker } from '../../core/prompts/promptSetChecker.ts';

/** How long a first reading may hold the extension host before others have their turn, in ms. */
const SLICE_MS = 12;

/** A prompt set that the editor has open, read by its lines and checked, in step with what is typed. */
export interface OpenPromptSet {
  readonly textDocument: vscode.TextDocument;
  readonly uri: vscode.Uri;
  /** Follows the text document. Never edit it: change the text document, and it hears of that. */
  readonly document: PromptDocument;
  /** Knows every line once {@link indexed} has come true; before, those that were read so far or were edited. */
  readonly checker: PromptSetChecker;
  /** Whether every line has been read once. */
  readonly isIndexed: boolean;
  /** Resolves when every line has been read once, or the document is closed. */
  readonly indexed: Promise<void>;
}

export type PromptSetEvent = { set: OpenPromptSet } & (
  | { type: 'opened' }
  /** Document and checker are in step with the text again. `fromUndo`: it is an undo or redo. */
  | { type: 'changed'; change: LinesChange; fromUndo: boolean }
  /** The share of lines that the checker has read: 1 when it has read all. */
  | { type: 'indexing'; share: number }
  | { type: 'closed' }
);

/** The prompt sets that are open as text documents, each read once for all who look at it. */
export interface PromptDocuments extends vscode.Disposable {
  /** Null: the document is no prompt set, or is closed. */
  of(document: vscode.TextDocument): OpenPromptSet | null;
  all(): readonly OpenPromptSet[];
  readonly onDidChange: vscode.Event<PromptSetEvent>;
}

/** Whether a document is a prompt set that can be edited: not one side of a diff, say. */
export function isEditableSet({ uri }: vscode.TextDocument): boolean {
  return isPromptSet(uri.path) && vscode.workspace.fs.isWritableFileSystem(uri.scheme) !== false;
}

/** Follows every prompt set from when it is opened until it is closed. */
export function createPromptDocuments(): PromptDocuments {
  const sets = new Map<vscode.TextDocument, Followed>();
  const changed = new vscode.EventEmitter<PromptSetEvent>();

  const open = (document: vscode.TextDocument) => {
    if (document.isClosed || !isEditableSet(document)) return null;
    const known = sets.get(document);
    if (known) return known;
    const set = new Followed(document, (share) => changed.fire({ type: 'indexing', set, share }));
    sets.set(document, set);
    changed.fire({ type: 'opened', set });
    return set;
  };

  const close = (document: vscode.TextDocument) => {
    const set = sets.get(document);
    if (!set) return;
    sets.delete(document);
    set.close();
    changed.fire({ type: 'closed', set });
  };

  const listening = vscode.Disposable.from(
    changed,
    vscode.workspace.onDidOpenTextDocument(open),
    vscode.workspace.onDidCloseTextDocument(close),
    vscode.workspace.onDidChangeTextDocument((event) => {
      const set = sets.get(event.document);
      const change = set?.follow(event.contentChanges);
      if (set && change) {
        changed.fire({ type: 'changed', set, change, fromUndo: event.reason !== undefined });
      }
    }),
  );
  vscode.workspace.textDocuments.forEach(open);

  return {
    of: open,
    all: () => [...sets.values()],
    onDidChange: changed.event,
    dispose() {
      for (const document of [...sets.keys()]) close(document);
      listening.dispose();
    },
  };
}

class Followed implements OpenPromptSet {
  readonly textDocument: vscode.TextDocument;
  readonly document: PromptDocument;
  readonly checker: PromptSetChecker;
  readonly indexed: Promise<void>;
  isIndexed = false;
  #eol: vscode.EndOfLine;

  constructor(textDocument: vscode.TextDocument, onProgress: (share: number) => void) {
    this.textDocument = textDocument;
    this.document = new PromptDocument(textDocument.getText());
    this.checker = new PromptSetChecker(this.document);
    this.#eol = textDocument.eol;
    this.indexed = this.#index(onProgress);
  }

  get uri(): vscode.Uri {
    return this.textDocument.uri; // a document that is saved under another name gets another
  }

  /** What an edit did; null: nothing of the text has changed. */
  follow(changes: readonly vscode.TextDocumentContentChangeEvent[]): LinesChange | null {
    const { textDocument, document, checker } = this;
    const edits = changes.map(({ rangeOffset, rangeLength, text }) => ({
      span: [rangeOffset, rangeOffset + rangeLength] as const,
      text,
    }));
    const sameEnds = textDocument.eol === this.#eol;
    this.#eol = textDocument.eol;
    if (edits.length === 0 && sameEnds) return null; // saved, or its dirty mark has changed
    const change = sameEnds
      ? document.apply(edits)
      : // Other line ends move every offset, and no edit says so.
        document.apply([{ span: [0, document.length], text: textDocument.getText() }]);
    checker.update(change);
    return change;
  }

  close(): void {
    this.isIndexed = true; // ends the reading
  }

  async #index(onProgress: (share: number) => void): Promise<void> {
    // Whoever opens the document gets it before it is read.
    await turn();
    let until = performance.now() + SLICE_MS;
    for (const share of this.checker.index()) {
      if (this.isIndexed) return;
      if (performance.now() < until) continue;
      onProgress(share);
      await turn();
      until = performance.now() + SLICE_MS;
    }
    this.isIndexed = true;
    onProgress(1);
  }
}

/** Lets everything else that waits have its turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
