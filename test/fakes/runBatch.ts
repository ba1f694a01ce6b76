import type { Message } from '../../src/shared/prompt.ts';

/** A model as far as a batch of chats needs it. */
export interface BatchModel {
  /** What it writes to a chat, as a server without a reasoning parser shows it. */
  write(messages: Message[]): Promise<{ content: string; finish: string }>;
  /** As its tokenizer cuts a text that follows a chat's beginning. */
  tokenize(text: string): Promise<number[]>;
  /** The distributions that predict each of the ids after the chat: the likeliest `top` first. */
  rows(messages: Message[], ids: number[], top: number): Promise<BatchRow[]>;
  /** A token decoded by itself. */
  text(id: number): string;
}

export interface BatchRow {
  logprob: number;
  rank: number;
  top: { id: number; logprob: number }[];
}

export interface Quirks {
  /** Lines whose server failed, by their place in the file: with a text, or with an error as a server answers it. */
  failed?: readonly number[];
  /** Results come in another order. */
  reversed?: boolean;
  /** Python's `json` wrote it: −∞ is `-Infinity`. Else vLLM's own −9999. */
  python?: boolean;
  /** As versions before 0.10.2, which tell no `prompt_token_ids`. */
  old?: boolean;
}

/** Ids of what stands before a scored text; nobody reads them. */
const BEFORE = [1, 2, 3, 4];

/**
 * What `vllm run-batch` writes for a file of lines: answers in the lines' order with null for what is not there; for
 * `prompt_logprobs` a list with null first, then by id the top k and the actual token.
 */
export async function runBatch(file: string, model: BatchModel, quirks: Quirks = {}): Promise<string> {
  const lines = file
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { custom_id: string; body: Body });
  const results: string[] = [];
  for (const [index, { custom_id, body }] of lines.entries()) {
    const isFailed = quirks.failed?.includes(index) === true;
    const response = isFailed
      ? { status_code: 400, request_id: 'vllm-batch-0', body: null }
      : { status_code: 200, request_id: 'vllm-batch-0', body: await answer(body, model, quirks) };
    const error = !isFailed
      ? null
      : index % 2 === 0
        ? 'The engine is dead.'
        : { error: { message: 'Too long.', type: 'BadRequestError' } };
    const line = JSON.stringify({ id: `vllm-${index}`, custom_id, response, error });
    results.push(quirks.python ? line.replaceAll('-9999', '-Infinity') : line);
  }
  if (quirks.reversed) results.reverse();
  return `${results.join('\n')}\n`;
}

interface Body {
  messages: Message[];
  continue_final_message?: boolean;
  add_generation_prompt?: boolean;
  prompt_logprobs?: number;
  max_tokens: number;
}

async function answer(body: Body, model: BatchModel, { old }: Quirks): Promise<object> {
  const shared = { id: 'chatcmpl-0', object: 'chat.completion', usage: null, kv_transfer_params: null };
  if (!body.continue_final_message) {
    const { content, finish } = await model.write(body.messages);
    const message = {
      role: 'assistant',
      content,
      refusal: null,
      tool_calls: [],
      reasoning: null,
      reasoning_content: null,
    };
    const choice = { index: 0, message, logprobs: null, finish_reason: finish, token_ids: null };
    return { ...shared, choices: [choice], prompt_logprobs: null, prompt_token_ids: null };
  }
  const chat = body.messages.slice(0, -1);
  const ids = await model.tokenize(body.messages.at(-1)!.content);
  const rows = await model.rows(chat, ids, body.prompt_logprobs!);
  const entry = ({ logprob, rank, top }: BatchRow, id: number) =>
    Object.fromEntries(
      [{ id, logprob, rank }, ...top.map((token, at) => ({ ...token, rank: at + 1 }))].map((token) => [
        String(token.id),
        {
          logprob: token.logprob === Number.NEGATIVE_INFINITY ? -9999 : Math.fround(token.logprob),
          rank: token.rank,
          decoded_token: model.text(token.id),
        },
      ]),
    );
  const before = BEFORE.map((id, at) =>
    at === 0 ? null : { [id]: { logprob: -1, rank: 1, decoded_token: '<s>' } },
  );
  return {
    ...shared,
    choices: [{ index: 0, message: { role: 'assistant', content: ' the' }, finish_reason: 'length' }],
    prompt_logprobs: [...before, ...rows.map((row, t) => entry(row, ids[t]!))],
    prompt_token_ids: old ? null : [...BEFORE, ...ids],
  };
}
