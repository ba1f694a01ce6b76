/** A token as a server streams it. */
export interface ServerToken {
  id: number;
  /** Its text, special tokens' included; null where the server gives ids only. */
  text: string | null;
  /** Whether the tokenizer declares it special; null where the server does not say. */
  special: boolean | null;
}

/** What one event of a chat completion's stream holds, whatever the server's dialect. */
export interface Chunk {
  /** Text that the server itself set apart as the trace; '' where none. */
  reasoning: string;
  /** The field that it came in; null where none. */
  reasoningField?: string | null;
  content: string;
  tokens: ServerToken[];
  /**
   * The tokens that the server gives log-probabilities of, which may be others than {@link Chunk.tokens}: U+FFFD for a
   * part of a character; null where it says no more than that others are likelier.
   */
  told: { text: string; logprob: number | null }[];
  finishReason: string | null;
  /** Whether the server says that the prompt opened the trace, so the tokens begin inside it. */
  traceOpened: boolean;
}

/**
 * Reads an event of the stream, which may be anything that is JSON. What is missing, null or of another type is taken
 * as absent: role-only and usage-only events, `content: null` beside a trace, empty `choices`.
 */
export function readChunk(event: unknown): Chunk {
  const choice = record(list(record(event).choices)[0]);
  const delta = record(choice.delta);
  const [field, reasoning] = reasoningOf(delta);
  return {
    reasoning,
    reasoningField: field,
    content: string(delta.content),
    tokens: readTokens(choice),
    told: readTold(record(choice.logprobs)),
    finishReason: string(choice.finish_reason) || null,
    traceOpened: choice.trace_opened === true, // the embedded engine
  };
}

/** OpenAI writes −9999 for a token that is not among the 20 likeliest. */
const UNLISTED = -9_000;

/** DeepSeek tells those of the trace apart; others mix them into those of the content. */
function readTold({ reasoning_content, content }: Record<string, unknown>): Chunk['told'] {
  return [...list(reasoning_content), ...list(content)].map(record).flatMap(({ token, bytes, logprob }) => {
    if (typeof token !== 'string' || typeof logprob !== 'number') return [];
    const text =
      list(bytes).length > 0 ? new TextDecoder().decode(Uint8Array.from(list(bytes) as number[])) : token;
    return [{ text, logprob: logprob < UNLISTED ? null : logprob }];
  });
}

/**
 * vLLM ≥ 0.10 says `reasoning`; before, and SGLang, llama-server, DeepSeek: `reasoning_content`; Ollama `thinking`;
 * OpenRouter `reasoning` and the same again as `reasoning_details`. Some send several: they are not added up.
 */
function reasoningOf(delta: Record<string, unknown>): [field: string | null, text: string] {
  for (const field of ['reasoning_content', 'reasoning', 'thinking']) {
    const text = string(delta[field]);
    if (text !== '') return [field, text];
  }
  const text = list(delta.reasoning_details).map(detailText).join('');
  return text === '' ? [null, ''] : ['reasoning_details', text];
}

/** Whether it brings any of what the model writes. */
export function hasContent(chunk: Chunk): boolean {
  return chunk.reasoning !== '' || chunk.content !== '' || chunk.tokens.length > 0;
}

/** `tokens` as the embedded engine sends them, else `token_ids` (vLLM with `return_token_ids`). */
function readTokens(choice: Record<string, unknown>): ServerToken[] {
  const tokens = list(choice.tokens).map(record);
  if (tokens.length > 0) {
    return tokens.flatMap(({ id, text, special }) =>
      isId(id) ? [{ id, text: string(text), special: special === true }] : [],
    );
  }
  return list(choice.token_ids).flatMap((id) => (isId(id) ? [{ id, text: null, special: null }] : []));
}

/** Encrypted details have no text. */
function detailText(detail: unknown): string {
  const { text, summary } = record(detail);
  return string(text) || string(summary);
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function string(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
