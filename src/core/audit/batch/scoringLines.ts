import type { RunInfo, RunPlace } from '../../../shared/audit.ts';
import type { Generation, Token } from '../../../shared/generation.ts';
import { modelLabel, type TraceDelimiters } from '../../../shared/pair.ts';
import { messagesOf } from '../../../shared/prompt.ts';
import type { Side } from '../../../shared/side.ts';
import { rawText } from '../../compare/rawText.ts';
import { withSystem } from '../../endpoints/messages.ts';
import type { RunStore } from '../runStore.ts';

/** As many alternatives a position as vLLM gives without `--max-logprobs`. */
export const USUAL_ALTERNATIVES = 20;

const PAGE = 256;

/**
 * What one model has still to read of the run's generations, as chat lines for `vllm run-batch`: the text is an answer
 * that the model is to continue, and `prompt_logprobs` are those of the chat and the text. Of completions, which could
 * be given the tokens themselves, `vllm run-batch` knows nothing.
 *
 * @param alternatives how many of the likeliest tokens a position
 */
export function* scoringLines(store: RunStore, scorer: Side, alternatives: number): Generator<string> {
  const info = store.info();
  if (!info.scoring) return;
  const model = info.pair.models[scorer];
  for (const place of toScore(store)) {
    if (store.scores(place, scorer)) continue;
    const { content } = scorableText(store.generation(place)!.generation, info.pair.models[place.side].trace);
    // There is nothing to read in a text that is none.
    if (content.trim() === '') continue;
    const asked = withSystem(messagesOf(store.sample(place.sample).input), model.system);
    const body = {
      model: modelLabel(model),
      messages: [...asked, { role: 'assistant', content }],
      add_generation_prompt: false,
      continue_final_message: true,
      max_tokens: 1,
      temperature: 0,
      prompt_logprobs: alternatives,
      return_token_ids: true,
    };
    const custom_id = scoringId(info, place, scorer, alternatives);
    yield `${JSON.stringify({ custom_id, method: 'POST', url: '/v1/chat/completions', body })}\n`;
  }
}

/** Generations whose drift is not known, those whose scoring failed included. */
export function* toScore(store: RunStore): Generator<RunPlace> {
  for (const failed of [false, 'only'] as const) {
    let after: RunPlace | null = null;
    for (;;) {
      const places: RunPlace[] = store.unscored({ limit: PAGE, failed, after });
      yield* places;
      if (places.length < PAGE) break;
      after = places.at(-1)!;
    }
  }
}

export function scoringId(
  { id }: RunInfo,
  { sample, k, side }: RunPlace,
  scorer: Side,
  alternatives: number,
) {
  return `${id.slice(0, 8)}/score/${scorer}/${alternatives}/${side}/${k}/${sample}`;
}

export interface ScorableText {
  /** As the model wrote it, delimiters of the trace included, the end of its turn not. */
  content: string;
  /** The tokens that it wrote, of which `content` is made; null where they are not known. */
  tokens: (Token & { id: number })[] | null;
  /** Whether `content` was put together from trace and answer. */
  rebuilt: boolean;
}

export function scorableText(generation: Generation, delimiters: TraceDelimiters | null): ScorableText {
  const tokens = generation.tokens.flatMap(({ id, ...token }) => (id === null ? [] : [{ ...token, id }]));
  if (tokens.length === 0 || tokens.length < generation.tokens.length) {
    const { text, origin } = rawText(generation, delimiters);
    return { content: text, tokens: null, rebuilt: origin === 'rebuilt' };
  }
  while (tokens.at(-1)?.segment === 'control') tokens.pop();
  // A server that keeps the trace apart has taken its delimiters out of the text.
  const whole = tokens.every(({ segment, text }) => segment !== 'control' || text !== '');
  if (whole) return { content: tokens.map(({ text }) => text).join(''), tokens, rebuilt: false };
  return { content: rawText(generation, delimiters).text, tokens, rebuilt: true };
}
