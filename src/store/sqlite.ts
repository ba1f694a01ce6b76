import { fail } from '../shared/failure.ts';

let loaded: typeof import('node:sqlite') | undefined;

/** Node's SQLite, without the warning that it is new: it would stand among our own lines. */
export function sqlite(): typeof import('node:sqlite') {
  if (loaded) return loaded;
  const { emitWarning } = process;
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    if (!String(warning).includes('SQLite')) Reflect.apply(emitWarning, process, [warning, ...rest]);
  }) as typeof process.emitWarning;
  try {
    loaded = process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
  return (
    loaded ??
    fail('internal', `This Node (${process.version}) has no SQLite.`, { remedy: 'Use Node 22.13 or newer.' })
  );
}
