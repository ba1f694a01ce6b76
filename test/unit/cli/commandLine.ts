import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Context, ExitCode } from '../../../src/cli/command.ts';
import { run } from '../../../src/cli/program.ts';
import type { OpenPair } from '../../../src/core/compare/openPair.ts';
import type { UnsegmentedPosition } from '../../../src/core/drift/scoring.ts';
import type { Endpoint } from '../../../src/core/endpoints/endpoint.ts';
import type { Failure } from '../../../src/shared/failure.ts';
import type { Generation, Token } from '../../../src/shared/generation.ts';
import type { Pair } from '../../../src/shared/pair.ts';
import { type BySide, bySide, type Side } from '../../../src/shared/side.ts';

/** What a fake model does when it is asked. */
export interface FakeModel {
  trace?: string[];
  answer?: string[];
  /** Fails after what it wrote. */
  failure?: Failure;
  /** Writes, calls this, then hangs until it is cancelled. */
  hangs?: () => void;
}

export interface World {
  models?: Partial<BySide<FakeModel>>;
  scorer?: OpenPair['scorer'];
  /** Files of the working directory by name. */
  files?: Record<string, string>;
  /** Where in the directory the command runs. */
  cwd?: string;
  env?: Record<string, string>;
  isTerminal?: boolean;
  signal?: AbortSignal;
  openJudge?: Context['openJudge'];
  /** Instead of fake models. */
  openPair?: Context['openPair'];
}

export interface Outcome {
  code: ExitCode;
  stdout: string;
  stderr: string;
  /** The pairs that were opened. */
  opened: Pair[];
  cwd: string;
}

export const DEMO = JSON.stringify({
  pairs: {
    demo: {
      method: 'sft',
      baseline: { gguf: 'bundled:organism-instruct' },
      reasoning: { gguf: 'bundled:organism-sft', trace: ['<think>', '</think>'] },
      sampling: { temperature: 0, maxTokens: 512, seed: 1 },
    },
  },
});

/** Runs a command line in a directory of its own, with a bundled pair file, over fake models. */
export async function driftscope(t: TestContext, args: string[], world: World = {}): Promise<Outcome> {
  const root = mkdtempSync(join(tmpdir(), 'driftscope-cli-'));
  t.after(() => rmSync(root, { recursive: true }));
  const work = join(root, 'work');
  for (const [name, text] of Object.entries({
    'media/demo/driftscope.json': DEMO,
    ...prefixed(world.files ?? {}),
  })) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  symlinkSync(join(import.meta.dirname, '../../../media/detectors'), join(root, 'media/detectors'));
  const cwd = join(work, world.cwd ?? '.');
  mkdirSync(cwd, { recursive: true });
  const written = { stdout: '', stderr: '' };
  const opened: Pair[] = [];
  const output = (to: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      written[to] += text;
    },
    isTerminal: world.isTerminal ?? false,
    columns: 80,
  });
  const code = await run(args, '1.2.3', {
    stdout: output('stdout'),
    stderr: output('stderr'),
    env: world.env ?? {},
    cwd,
    media: join(root, 'media'),
    signal: world.signal ?? new AbortController().signal,
    openJudge: world.openJudge ?? (() => assert.fail('a judge is opened that nobody asked for')),
    openPair: async (pair, options) => {
      opened.push(pair);
      return world.openPair ? world.openPair(pair, options) : fakePair(world.models, world.scorer);
    },
  });
  return { code, ...written, opened, cwd };
}

function prefixed(files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [`work/${name}`, text]));
}

export function fakePair(models: World['models'] = {}, scorer: OpenPair['scorer'] = fakeScorer()): OpenPair {
  const defaults: BySide<FakeModel> = {
    baseline: { answer: ['It', ' is', ' 42'] },
    reasoning: { trace: ['17', '+', '25'], answer: ['42'] },
  };
  return { endpoints: bySide((side) => endpoint(side, models[side] ?? defaults[side])), scorer };
}

function endpoint(side: Side, { trace, answer = [], failure, hangs }: FakeModel): Endpoint {
  return {
    label: `fake ${side}`,
    async *generate(_request, signal) {
      const tokens: Token[] = [
        ...(trace ?? []).map((text, id) => ({ id, text, segment: 'trace' as const })),
        ...answer.map((text, id) => ({ id: 100 + id, text, segment: 'answer' as const })),
      ];
      for (const { text, segment } of tokens) {
        yield { type: 'delta', segment: segment as 'trace' | 'answer', text, tokens: 1 };
      }
      if (hangs && !signal.aborted) {
        const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        hangs();
        await aborted;
      }
      const end: Pick<Generation, 'finish' | 'failure'> = failure
        ? { finish: 'failed', failure }
        : { finish: signal.aborted ? 'cancelled' : 'stop' };
      const timing = { firstToken: 1, trace: trace ? 1 : null, total: 2 };
      const generation = { trace: trace?.join('') ?? null, answer: answer.join(''), ...end, tokens, timing };
      yield { type: 'generated', generation };
    },
  };
}

/** Exact drift with KL 1 nat at the first token, 2 at the second, and so on. */
export function fakeScorer(
  change: (position: UnsegmentedPosition) => UnsegmentedPosition = (p) => p,
): OpenPair['scorer'] {
  return {
    async *score({ ids }) {
      yield ids.map((id, index) =>
        change({
          index,
          id,
          text: `t${id}`,
          status: 'exact',
          klForward: index + 1,
          klReverse: 0.5,
          jsd: 0.25,
          jsdMax: 0.25,
          surprisal: { baseline: 7.8, reasoning: 0.02 },
          rank: { baseline: 9, reasoning: 1 },
          entropy: { baseline: 1, reasoning: 1 },
          coverage: { baseline: 1, reasoning: 1 },
          k: null,
          top: {
            baseline: [{ id: 1, text: 'Sorry', logprob: Math.log(0.75) }],
            reasoning: [{ id, text: 'To', logprob: Math.log(0.98) }],
          },
        }),
      );
    },
    tokenize: async (text) => Array.from(text, (char) => char.codePointAt(0)!),
  };
}
