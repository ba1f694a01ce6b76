import { type Failure, FailureError } from '../../src/shared/failure.ts';
import type { Contract, HostConnection } from '../../src/shared/rpc.ts';

/** Asks the host for something, without waiting for it. */
export type Ask<C extends Contract> = <K extends keyof C['calls'] & string>(
  name: K,
  ...args: Parameters<C['calls'][K]>
) => void;

/**
 * Calls whose outcome is an event, if it is anything: only their failure is waited for.
 * @param show hears why a call failed, and null with every new one: what is shown then is about another
 */
export function asking<C extends Contract>(
  host: HostConnection<C>,
  show: (failure: Failure | null) => void,
): Ask<C> {
  return (name, ...args) => {
    show(null);
    host.call(name, ...args).catch((error: unknown) => show(failureOf(error)));
  };
}

/** Whatever went wrong, as it is shown: a bug too, since a view has nobody else to tell. */
export function failureOf(error: unknown): Failure {
  if (error instanceof FailureError) return error.failure;
  return { kind: 'internal', message: error instanceof Error ? error.message : String(error) };
}
