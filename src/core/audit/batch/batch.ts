import type { RunInfo, RunPlace } from '../../../shared/audit.ts';
import { modelLabel } from '../../../shared/pair.ts';
import { messagesOf } from '../../../shared/prompt.ts';
import type { Side } from '../../../shared/side.ts';
import { withSystem } from '../../endpoints/messages.ts';
import type { RunStore } from '../runStore.ts';

/** What OpenAI's batch API takes in one file (https://platform.openai.com/docs/guides/batch). */
export const BATCH_LIMITS = { lines: 50_000, bytes: 200e6 };

const PAGE = 512;

/**
 * What one model of a run has still to generate, as lines for OpenAI's batch API, which `vllm run-batch` and Ray Data
 * LLM read too. Each line's `custom_id` says where its answer belongs.
 */
export function* batchLines(store: RunStore, side: Side): Generator<string> {
  const info = store.info();
  const { models, sampling } = info.pair;
  const model = models[side];
  let after: RunPlace | null = null;
  for (;;) {
    const places: RunPlace[] = store.missing(side, { limit: PAGE, after, failed: true });
    if (places.length === 0) return;
    after = places.at(-1)!;
    for (const place of places) {
      const { temperature, maxTokens, seed, topP } = sampling;
      const body = {
        model: modelLabel(model),
        messages: withSystem(messagesOf(store.sample(place.sample).input), model.system),
        temperature,
        max_tokens: maxTokens,
        ...(seed === null ? {} : { seed: seed + place.k }),
        ...(topP === null ? {} : { top_p: topP }),
      };
      const line = { custom_id: customId(info, place), method: 'POST', url: '/v1/chat/completions', body };
      yield `${JSON.stringify(line)}\n`;
    }
  }
}

export function customId({ id }: RunInfo, { sample, k, side }: RunPlace): string {
  return `${id.slice(0, 8)}/${side}/${k}/${sample}`;
}

/** Cuts lines into files that stay within the limits. The first line of each file comes with `begins`. */
export function* inFiles(
  lines: Iterable<string>,
  limits: typeof BATCH_LIMITS = BATCH_LIMITS,
): Generator<{ line: string; begins: boolean }> {
  let [count, bytes] = [0, 0];
  for (const line of lines) {
    const size = Buffer.byteLength(line);
    const begins = count === 0 || count === limits.lines || bytes + size > limits.bytes;
    if (begins) [count, bytes] = [0, 0];
    count++;
    bytes += size;
    yield { line, begins };
  }
}
