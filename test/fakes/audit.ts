import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenPair } from '../../src/core/compare/openPair.ts';
import type { Endpoint, GenerationEvent } from '../../src/core/endpoints/endpoint.ts';
import type { SideAnnotations } from '../../src/shared/annotation.ts';
import type { Failure } from '../../src/shared/failure.ts';
import type { Generation } from '../../src/shared/generation.ts';
import { inputText, type Message } from '../../src/shared/prompt.ts';
import { bySide, type Side } from '../../src/shared/side.ts';
import { fakePairScorer } from './pairScorer.ts';
import { fakeGeneration } from './runs.ts';

export interface FakeAuditPair extends OpenPair {
  /** Every prompt that was asked, by side, in order. */
  asked: Record<Side, string[]>;
  /** How many requests were open at once, at most. */
  most: Record<Side, number>;
}

export interface FakeAuditScript {
  /** ms an answer takes. Default 0. */
  latency?: number;
  /** What each answer waits for besides. */
  until?: () => Promise<void>;
  /** What goes wrong with a prompt the nth time (from 0) that it is asked; null: nothing. */
  fault?: (prompt: string, side: Side, time: number) => Failure | null;
  /** A 429 that the endpoint itself waits out and passes on. */
  busy?: (open: number, side: Side) => boolean;
  scorer?: OpenPair['scorer'];
  /** Keeps nothing of what it was asked, where memory is measured. */
  forgets?: boolean;
}

/** Two models that answer a sum right, the reasoning model wrong where the number ends in 7. */
export function fakeAuditPair({
  latency = 0,
  until,
  fault,
  busy,
  scorer,
  forgets,
}: FakeAuditScript = {}): FakeAuditPair {
  const asked = bySide((): string[] => []);
  const most = bySide(() => 0);
  const times = new Map<string, number>();
  const endpoint = (side: Side): Endpoint => {
    let open = 0;
    return {
      label: `fake ${side}`,
      async *generate({ messages }, signal): AsyncGenerator<GenerationEvent> {
        const prompt = inputText(messages);
        const time = times.get(side + prompt) ?? 0;
        if (!forgets) {
          times.set(side + prompt, time + 1);
          asked[side].push(prompt);
        }
        open++;
        most[side] = Math.max(most[side], open);
        try {
          if (busy?.(open, side))
            yield {
              type: 'waiting',
              waiting: { until: Date.now(), reason: { kind: 'rate-limited', message: 'Later.' } },
            };
          await until?.();
          if (latency > 0) await sleep(latency, undefined, { signal }).catch(() => {});
          const failure = fault?.(prompt, side, time) ?? null;
          yield {
            type: 'generated',
            generation: signal.aborted ? cancelled() : failure ? failed(failure) : answered(messages, side),
          };
        } finally {
          open--;
        }
      },
    };
  };
  return { endpoints: bySide(endpoint), scorer: scorer ?? fakePairScorer(), asked, most };
}

export function answered(messages: Message[], side: Side): Generation {
  const number = Number(/\d+/.exec(inputText(messages))?.[0] ?? 0);
  const sum = side === 'reasoning' && number % 10 === 7 ? 1 : 2 * number;
  return fakeGeneration(`It is ${sum}`, side === 'reasoning' ? { trace: `${number} and ${number}` } : {})
    .generation;
}

function failed(failure: Failure): Generation {
  return fakeGeneration('', { finish: 'failed', failure, tokens: [] }).generation;
}

function cancelled(): Generation {
  return fakeGeneration('', { finish: 'cancelled', tokens: [] }).generation;
}

/** Detectors that find nothing. */
export async function findNothing(): Promise<SideAnnotations> {
  return fakeGeneration('').annotations!;
}
