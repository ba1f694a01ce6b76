import { applyEdits, type Edit } from '../../src/core/jsonText/problem.ts';
import { PromptDocument } from '../../src/core/prompts/promptDocument.ts';
import { PromptSetChecker } from '../../src/core/prompts/promptSetChecker.ts';
import { createGridSession, type GridSession } from '../../src/host/promptSets/editor/gridSession.ts';
import type { SampleResults } from '../../src/host/promptSets/editor/sampleResults.ts';
import { expectations } from '../../src/host/promptSets/editor/summary.ts';
import {
  type PromptSetContract,
  type SampleResult,
  SET_ACTIONS,
  type SetFacts,
} from '../../src/shared/promptSetView.ts';
import { type Handlers, serveView, type ToHost, type ToView, type Wire } from '../../src/shared/rpc.ts';

export interface FakeHostOptions {
  facts?: Partial<SetFacts>;
  /** The last result of a sample, by its id. */
  results?: ReadonlyMap<string, SampleResult>;
  /** Stands for asking both models about a line. */
  compare?(id: string, signal: AbortSignal): Promise<void>;
  /** Whether the checker has read the set when the view asks first. Default: yes. */
  isRead?: boolean;
}

/** A text that is edited as an editor edits it, and a grid's session on it. */
export interface FakePromptSetHost {
  session: GridSession;
  document: PromptDocument;
  text(): string;
  /** An edit by somebody else: typing in a text editor, a checkout. */
  type(edits: readonly Edit[]): void;
  undo(): void;
  /** What went to the editor around the grid, in order. */
  said: unknown[][];
  /** Answers a view. */
  serve(wire: Wire<ToView, ToHost>): void;
}

export function fakePromptSetHost(initial: string, options: FakeHostOptions = {}): FakePromptSetHost {
  const document = new PromptDocument(initial);
  const checker = new PromptSetChecker(document);
  const said: unknown[][] = [];
  const before: string[] = [];
  const emitted: ((event: never, value: never) => void)[] = [];
  let text = initial;

  const type = (edits: readonly Edit[]) => {
    before.push(text);
    text = applyEdits(text, edits);
    const change = document.apply(edits);
    checker.update(change);
    session.changed(change);
  };
  const facts: SetFacts = {
    name: 'audit.prompts.jsonl',
    readOnly: null,
    canSort: true,
    pair: 'demo',
    expectations: expectations(),
    actions: [...SET_ACTIONS],
    ...options.facts,
  };
  const results: SampleResults = {
    history: (id) => [options.results?.get(id) ?? []].flat(),
    latest: (id) => options.results?.get(id) ?? null,
  };
  const session = createGridSession({
    document,
    checker,
    indexed: Promise.resolve(),
    facts: async () => facts,
    results: () => results,
    edit: async (edits) => type(edits),
    async compare(line, signal) {
      await options.compare?.(document.parsed(line)?.sample?.id ?? '', signal);
    },
    copy: async (copied) => void said.push(['copy', copied]),
    emit: (event, value) => {
      for (const emit of emitted) emit(event as never, value as never);
    },
  });
  if (options.isRead !== false) {
    for (const _share of checker.index());
    session.read(1);
  }
  return {
    session,
    document,
    text: () => text,
    type,
    undo() {
      const last = before.pop();
      if (last === undefined) return;
      type([{ span: [0, text.length], text: last }]);
      before.pop();
    },
    said,
    serve(wire) {
      const note =
        (name: string) =>
        (...args: unknown[]) =>
          void said.push([name, ...args]);
      const calls: Handlers<PromptSetContract> = {
        ...session.calls,
        openComparison: note('openComparison'),
        act: note('act'),
        switchPair: note('switchPair'),
        save: note('save'),
        openAsText: note('openAsText'),
      };
      const server = serveView(wire, calls, (error) => {
        throw error;
      });
      emitted.push((event, value) => server.emit(event, value));
    },
  };
}
