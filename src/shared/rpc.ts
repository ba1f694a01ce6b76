import { type Failure, FailureError } from './failure.ts';

/**
 * Typed messages between the extension host and a webview. A view's contract is two types: the calls that the view
 * makes (`Calls`) and the events that the host sends (`Events`). Every call is answered, with a result or a failure.
 */
export interface Contract {
  // biome-ignore lint/suspicious/noExplicitAny: the constraint must accept every argument list
  calls: Record<string, (...args: any[]) => unknown>;
  events: Record<string, unknown>;
}

export type ToHost = { call: number; name: string; args: unknown[] };
export type ToView =
  | { answer: number; result: unknown }
  | { answer: number; failure: Failure }
  | { event: string; value: unknown };

/** How messages travel: `webview.postMessage` on one side, `acquireVsCodeApi` on the other, arrays in a test. */
export interface Wire<Out, In> {
  send(message: Out): void;
  /** Returns what stops the listening. */
  listen(receive: (message: In) => void): () => void;
}

export type Handlers<C extends Contract> = {
  [K in keyof C['calls']]: (
    ...args: Parameters<C['calls'][K]>
  ) => ReturnType<C['calls'][K]> | Promise<ReturnType<C['calls'][K]>>;
};

export interface ViewServer<C extends Contract> {
  emit<K extends keyof C['events'] & string>(event: K, value: C['events'][K]): void;
  dispose(): void;
}

/**
 * The host's end: answers calls, sends events, until it is disposed.
 * @param onBug hears of errors that are no {@link FailureError}
 */
export function serveView<C extends Contract>(
  wire: Wire<ToView, ToHost>,
  handlers: Handlers<C>,
  onBug: (error: unknown) => void,
): ViewServer<C> {
  let disposed = false;
  const send = (message: ToView) => {
    if (!disposed) wire.send(message);
  };
  const answer = async ({ call, name, args }: ToHost) => {
    try {
      const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
      if (!handler) throw new Error(`no handler for the call "${name}"`);
      const result = await handler(...(args as Parameters<C['calls'][string]>));
      send({ answer: call, result });
    } catch (error) {
      // What a call works with ends together with its view: that it fails then is no bug, and nobody waits for it.
      if (!disposed && !(error instanceof FailureError)) onBug(error);
      send({ answer: call, failure: failureOf(error) });
    }
  };
  const stop = wire.listen((message) => void answer(message));
  return {
    emit: (event, value) => send({ event, value }),
    dispose() {
      disposed = true;
      stop();
    },
  };
}

export interface HostConnection<C extends Contract> {
  call<K extends keyof C['calls'] & string>(
    name: K,
    ...args: Parameters<C['calls'][K]>
  ): Promise<Awaited<ReturnType<C['calls'][K]>>>;
  on<K extends keyof C['events'] & string>(event: K, listener: (value: C['events'][K]) => void): void;
}

/** The view's end. A failed call rejects with a {@link FailureError}. */
export function connectHost<C extends Contract>(wire: Wire<ToHost, ToView>): HostConnection<C> {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  const listeners = new Map<string, ((value: never) => void)[]>();
  let calls = 0;
  wire.listen((message) => {
    if ('event' in message) {
      for (const listener of listeners.get(message.event) ?? []) listener(message.value as never);
      return;
    }
    const call = waiting.get(message.answer);
    waiting.delete(message.answer);
    if ('failure' in message) call?.reject(new FailureError(message.failure));
    else call?.resolve(message.result);
  });
  return {
    call(name, ...args) {
      const call = Promise.withResolvers<unknown>();
      waiting.set(++calls, call);
      wire.send({ call: calls, name, args });
      return call.promise as never;
    },
    on(event, listener) {
      listeners.set(event, [...(listeners.get(event) ?? []), listener]);
    },
  };
}

function failureOf(error: unknown): Failure {
  if (error instanceof FailureError) return error.failure;
  return {
    kind: 'internal',
    message: `Something went wrong inside Driftscope: ${error instanceof Error ? error.message : String(error)}`,
    remedy: 'See the Driftscope output channel for details, and please report it.',
  };
}
