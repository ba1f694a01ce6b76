import { FailureError } from '../../../shared/failure.ts';

/** The most alternatives that a server lists per position: learnt from what it refuses. */
export interface TopLimit {
  /** Null: not known, or none. */
  readonly most: number | null;
  /**
   * Asks for k alternatives, or for as many as the server takes.
   * @returns the answer, and for how many alternatives it was asked
   * @throws what the request throws, where it is no refusal of the number
   */
  ask<T>(k: number, request: (top: number) => Promise<T>): Promise<{ top: number; answer: T }>;
}

/** @param most what is known from the start */
export function topLimit(most: number | null): TopLimit {
  let limit = most;
  return {
    get most() {
      return limit;
    },
    async ask(k, request) {
      for (let top = Math.min(k, limit ?? k); ; ) {
        try {
          return { top, answer: await request(top) };
        } catch (error) {
          const lower = limitIn(error, top);
          if (lower === null) throw error;
          limit = top = lower;
        }
      }
    },
  };
}

/** Where a refusal does not name the limit. 20 is vLLM's default. */
const USUAL_LIMITS = [1_000, 100, 20, 5, 1];

/** `Requested prompt logprobs of 50, which is greater than max allowed: 20` */
function limitIn(error: unknown, asked: number): number | null {
  if (!(error instanceof FailureError)) return null;
  const { kind, detail = '' } = error.failure;
  if (kind !== 'bad-request' && kind !== 'server-error') return null;
  const named =
    /max(?:imum)?(?:_logprobs)?(?: value)?(?: allowed| is| of)?\s*[:=]?\s*(\d+)/i.exec(detail) ??
    /(?:less|lower|smaller) than or equal to (\d+)|between \d+ and (\d+)|<=\s*(\d+)/i.exec(detail);
  const limit = Number(named?.slice(1).find((group) => group !== undefined) ?? Number.NaN);
  if (limit < asked) return limit;
  return /logprobs/i.test(detail) ? (USUAL_LIMITS.find((usual) => usual < asked) ?? null) : null;
}
