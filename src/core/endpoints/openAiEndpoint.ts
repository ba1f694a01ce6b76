import OpenAI from 'openai';
import type { Waiting } from '../../shared/comparison.ts';
import { type Failure, FailureError, fail } from '../../shared/failure.ts';
import type { Finish, Generation } from '../../shared/generation.ts';
import type { TraceDelimiters } from '../../shared/pair.ts';
import { chatStream, type Outcome, type Target, type Timeouts } from './chatStream.ts';
import { hasContent } from './chunk.ts';
import { type Collector, collector } from './collect.ts';
import type { Endpoint, GenerationEvent, GenerationRequest } from './endpoint.ts';
import { redacted } from './failures.ts';
import { withSystem } from './messages.ts';
import { RETRY_POLICY, type RetryPolicy, waitBefore, waited } from './retry.ts';
import { watchedFetch } from './watchedFetch.ts';

/** Where a server is, and the key it wants. */
export interface Connection {
  /** With `/v1` where the server has it; without user and password. */
  baseUrl: string;
  /** Sent to the origin of `baseUrl` only; null: no `Authorization` header. */
  apiKey: string | null;
}

export interface OpenAiEndpointOptions {
  /** See {@link Endpoint.label}. */
  label: string;
  /** The model's name, or how to learn it once connected. May throw a `FailureError`. */
  model: string | ((signal: AbortSignal) => Promise<string>);
  /** What encloses a trace in the content; null: see {@link collector}. */
  trace: TraceDelimiters | null;
  /** Stands before the messages of every request. */
  system: string | null;
  /** Further fields of the request: `{return_token_ids: true}` for vLLM, say. */
  extraBody?: Record<string, unknown> | ((signal: AbortSignal) => Promise<Record<string, unknown>>);
  /** Called before every request, so a server may be started here. May throw a `FailureError`. */
  connect(signal: AbortSignal): Promise<Connection>;
  /** Default: the global one. */
  fetch?: typeof fetch;
  timeouts?: Partial<Timeouts>;
  retry?: Partial<RetryPolicy>;
  /**
   * The last word on a failure by whoever runs the server, who may know that its process died, and why. `body` is
   * the parsed error that the server sent, if it did.
   */
  explain?(failure: Failure, body: unknown): Failure | Promise<Failure>;
}

const TIMEOUTS: Timeouts = { firstToken: 180_000, idle: 60_000 };

/**
 * One model behind an OpenAI-compatible server: chat completions, streamed. Every expected failure ends as a
 * `failed` generation that names the server's origin and a remedy, and holds what arrived; keys are taken out of it.
 * A request that the server put off (429, 5xx) is repeated by {@link RetryPolicy}; one that it began to answer is not.
 */
export function openAiEndpoint(options: OpenAiEndpointOptions): Endpoint {
  const timeouts = { ...TIMEOUTS, ...options.timeouts };
  const policy = { ...RETRY_POLICY, ...options.retry };

  async function* generate(request: GenerationRequest, signal: AbortSignal): AsyncGenerator<GenerationEvent> {
    const collected = collector(options.trace);
    const clock: Clock = { started: performance.now(), firstToken: null };
    const secrets: string[] = [];
    const repeated = { rateLimited: 0, serverError: 0 };
    let withLogprobs = true;
    for (;;) {
      const outcome = yield* ask(request, collected, clock, secrets, signal, withLogprobs);
      if ('finish' in outcome) {
        yield* generated(collected, clock, outcome.finish);
        return;
      }
      const failure = redacted(outcome.failure, secrets);
      // Some models refuse to tell log-probabilities. An answer without is better than none.
      if (withLogprobs && failure.kind === 'bad-request' && /logprobs/i.test(failure.detail ?? '')) {
        withLogprobs = false;
        continue;
      }
      const waiting = waitingFor(outcome, failure, repeated);
      if (!waiting) {
        const explained = options.explain
          ? redacted(await options.explain(failure, outcome.body), secrets)
          : failure;
        yield* generated(collected, clock, 'failed', explained);
        return;
      }
      yield { type: 'waiting', waiting };
      if (!(await waited(waiting.until - Date.now(), signal))) {
        yield* generated(collected, clock, 'cancelled');
        return;
      }
    }
  }

  function waitingFor(
    { retry, told }: Extract<Outcome, { failure: Failure }>,
    reason: Failure,
    repeated: Record<'rateLimited' | 'serverError', number>,
  ): Waiting | null {
    if (!retry || ++repeated[retry] > policy[retry]) return null;
    const wait = waitBefore(repeated[retry], told ?? null, policy);
    return wait === null ? null : { until: Date.now() + wait, reason };
  }

  /** One request: yields its deltas, returns how it ended. */
  async function* ask(
    request: GenerationRequest,
    collected: Collector,
    clock: Clock,
    secrets: string[],
    signal: AbortSignal,
    withLogprobs: boolean,
  ): AsyncGenerator<GenerationEvent, Outcome> {
    let target: Target;
    try {
      target = await connected(secrets, signal);
    } catch (error) {
      if (signal.aborted) return { finish: 'cancelled' };
      if (error instanceof FailureError) return { failure: error.failure };
      throw error;
    }
    const { extraBody } = options;
    const extra = { ...(typeof extraBody === 'function' ? await extraBody(signal) : extraBody) };
    if (!withLogprobs) delete extra.logprobs;
    clock.started = performance.now();
    const chunks = chatStream(target, { ...bodyOf(request, target.model), ...extra }, timeouts, signal);
    try {
      for (;;) {
        const next = await chunks.next();
        if (next.done) return next.value;
        const now = performance.now();
        if (hasContent(next.value)) clock.firstToken ??= now;
        yield* collected.add(next.value, now);
      }
    } finally {
      await chunks.return({ finish: 'cancelled' }); // a reader who has gone
    }
  }

  async function connected(secrets: string[], signal: AbortSignal): Promise<Target> {
    signal.throwIfAborted();
    const { baseUrl, apiKey } = await options.connect(signal);
    if (apiKey) secrets.push(apiKey);
    const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
    if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) {
      const why =
        url?.username || url?.password ? 'holds a user name or password' : 'is no http or https address';
      fail('invalid-input', `The URL of ${options.label} ${why}.`, {
        remedy: 'Correct the URL in the pair file; keys belong into the secret store or the environment.',
      });
    }
    const model = typeof options.model === 'string' ? options.model : await options.model(signal);
    const wire = watchedFetch(options.fetch ?? fetch);
    const client = new OpenAI({
      baseURL: baseUrl,
      apiKey: apiKey ?? 'none',
      // What the environment sets for OpenAI is not for other servers.
      organization: null,
      project: null,
      defaultHeaders: { 'User-Agent': 'driftscope', ...(apiKey === null && { Authorization: null }) },
      maxRetries: 0,
      // Ours are finer: to the first token, and between two events.
      timeout: 2 ** 31 - 1,
      logLevel: 'off',
      fetch: wire.fetch,
    });
    const culprit = { label: options.label, origin: url.origin, authenticated: apiKey !== null };
    return { client, culprit, model, wire };
  }

  function bodyOf({ messages, sampling }: GenerationRequest, model: string) {
    return {
      model,
      messages: withSystem(messages, options.system),
      stream: true,
      temperature: sampling.temperature,
      max_tokens: sampling.maxTokens,
      ...(sampling.seed !== null && { seed: sampling.seed }),
      ...(sampling.topP !== null && { top_p: sampling.topP }),
    };
  }

  return { label: options.label, generate };
}

/** In ms of `performance.now()`. */
interface Clock {
  started: number;
  firstToken: number | null;
}

function* generated(
  collected: Collector,
  clock: Clock,
  finish: Finish,
  failure?: Failure,
): Generator<GenerationEvent, void, undefined> {
  yield* collected.end();
  const { trace, traceIn, answer, raw, tokens, traceEnded } = collected.collected();
  const generation: Generation = {
    trace,
    ...(traceIn && { traceIn }),
    answer,
    ...(raw !== null && tokens.every(({ id }) => id === null) && { raw }),
    finish,
    ...(failure && { failure }),
    tokens,
    timing: {
      firstToken: clock.firstToken === null ? null : clock.firstToken - clock.started,
      trace: traceEnded === null || clock.firstToken === null ? null : traceEnded - clock.firstToken,
      total: performance.now() - clock.started,
    },
  };
  yield { type: 'generated', generation };
}
