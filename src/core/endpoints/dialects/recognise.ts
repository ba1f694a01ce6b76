import type { Clues, Dialect, KnownServer } from './dialect.ts';
import { fireworks } from './fireworks.ts';
import { generationOnly } from './generationOnly.ts';
import { llamaServer } from './llamaServer.ts';
import { ollama } from './ollama.ts';
import type { Server } from './server.ts';
import { sglang } from './sglang.ts';
import { tgi } from './tgi.ts';
import { together } from './together.ts';
import { vllm } from './vllm.ts';

/** Those first that tell most. A server that speaks two dialects is taken for the earlier one. */
const DIALECTS: readonly Dialect[] = [
  vllm,
  sglang,
  llamaServer,
  fireworks,
  together,
  ollama,
  tgi,
  generationOnly,
];

/**
 * Finds out what kind of server answers.
 * @throws FailureError where it is out of reach, or wants a key.
 */
export async function recognise(
  server: Server,
  host: string,
  signal: AbortSignal,
): Promise<KnownServer | null> {
  const clues: Clues = { models: await server.lookUp('/v1/models', null, signal), host };
  for (const dialect of DIALECTS) {
    const known = await dialect.recognise(server, clues, signal);
    if (known) return known;
  }
  return null;
}
