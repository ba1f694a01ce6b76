import type { Finish } from '../../../shared/generation.ts';
import { linesOf } from '../../formats/containers/jsonLines.ts';
import { headOf, type ImportSource, isObject, textOf } from '../../formats/record.ts';
import { parsePythonJson } from '../../jsonText/pythonJson.ts';
import { readZip } from './zip.ts';

/** One response that somebody recorded. */
export interface Recorded {
  /** What it says of its sample: an id, or a position in the set from 0 where it has no id. */
  id: string | null;
  position: number | null;
  /** Which generation of the sample; null: the next one. */
  k: number | null;
  /** Null where it was not kept apart. */
  trace: string | null;
  text: string;
  finish: Finish;
}

export type RecordedEntry =
  | { kind: 'recorded'; value: Recorded }
  | { kind: 'fault'; where: string; reason: string };

export const RECORDED_FORMATS = ['inspect', 'lm-eval', 'openai-batch', 'jsonl'] as const;

type Json = Record<string, unknown>;

/**
 * The responses in a log of lm-evaluation-harness (`--log_samples`), of Inspect (`.eval`, `.json`), in the output of
 * OpenAI's batch API (and `vllm run-batch`), or in lines of `{id, response}`. Which it is, is told by the content.
 * @throws Error where the file is none of these
 */
export async function* readRecorded(source: ImportSource): AsyncGenerator<RecordedEntry> {
  const head = await headOf(source, 4096);
  if (head.startsWith('PK')) {
    for (const entry of await readZip(source)) {
      if (/^samples\/.*\.json$/u.test(entry.name)) {
        yield* guarded(entry.name, async () =>
          inspectSample(parsePythonJson(new TextDecoder().decode(await entry.read()))),
        );
      }
    }
    return;
  }
  if (isWholeDocument(head)) {
    let text = '';
    for await (const part of textOf(source.stream())) text += part;
    const log = parsePythonJson(text);
    const samples = isObject(log) ? log.samples : log;
    if (!Array.isArray(samples)) throw new Error('the JSON document has no list of samples');
    for (const [index, sample] of samples.entries()) {
      yield* guarded(`sample ${index + 1}`, async () => inspectSample(sample));
    }
    return;
  }
  for await (const { text, line } of linesOf(source)) {
    if (text.trim() !== '') yield* guarded(`line ${line}`, async () => lineRecords(parsePythonJson(text)));
  }
}

/** A list, or an object that does not end on its first line: no JSON lines. */
function isWholeDocument(head: string): boolean {
  const start = head.trimStart();
  if (start.startsWith('[')) return true;
  const line = start.split('\n', 1)[0]!.trim();
  if (line === '{') return true;
  return /^\{\s*"(?:version|status|eval)"/u.test(start);
}

async function* guarded(where: string, read: () => Promise<Recorded[]>): AsyncGenerator<RecordedEntry> {
  let values: Recorded[];
  try {
    values = await read();
  } catch (error) {
    yield { kind: 'fault', where, reason: (error as Error).message };
    return;
  }
  for (const value of values) yield { kind: 'recorded', value };
}

function lineRecords(value: unknown): Recorded[] {
  if (!isObject(value)) throw new Error('it is no JSON object');
  if ('custom_id' in value) return [batchLine(value)];
  if ('resps' in value || 'filtered_resps' in value) return lmEvalLine(value);
  if ('output' in value && isObject(value.output)) return inspectSample(value);
  const response = value.response ?? value.completion ?? value.output ?? value.answer;
  const responses = Array.isArray(response) ? response : [response];
  return responses.map((text, k) => {
    if (typeof text !== 'string') throw new Error('it has no “response” that is a text');
    const trace = value.trace ?? value.reasoning ?? value.reasoning_content;
    return {
      id: idOf(value.id),
      position: null,
      k: responses.length > 1 ? k : typeof value.k === 'number' ? value.k : null,
      trace: typeof trace === 'string' ? trace : null,
      text,
      finish: 'stop',
    };
  });
}

/** The answer in a line of a batch's results. @throws Error with what it says went wrong */
export function batchBody({ custom_id, response, error }: Json): Json {
  const body = isObject(response) ? response.body : null;
  if (isObject(body) && Array.isArray(body.choices)) return body;
  throw new Error(
    `${String(custom_id)} failed: ${messageIn(error) ?? messageIn(body) ?? 'it has no answer'}`,
  );
}

export function batchLine(value: Json): Recorded {
  const body = batchBody(value);
  const [choice] = body.choices as unknown[];
  if (!isObject(choice) || !isObject(choice.message)) {
    throw new Error(`${String(value.custom_id)} failed: it has no answer`);
  }
  return {
    ...message(choice.message),
    id: idOf(value.custom_id),
    position: null,
    k: null,
    finish: finishOf(choice.finish_reason),
  };
}

/** What a failed line says: a text (vLLM), `{message}` (OpenAI), or `{error: {message}}` (both, of a server's answer). */
function messageIn(error: unknown): string | null {
  if (typeof error === 'string' && error !== '') return error;
  if (!isObject(error)) return null;
  return typeof error.message === 'string' ? error.message : messageIn(error.error);
}

function lmEvalLine(value: Json): Recorded[] {
  const doc = isObject(value.doc) ? value.doc : {};
  const nested = (value.resps ?? value.filtered_resps) as unknown;
  const texts = (Array.isArray(nested) ? nested.flat(2) : [nested]).filter(
    (text) => typeof text === 'string',
  );
  if (texts.length === 0) throw new Error('it has no responses: log-likelihood tasks generate no text');
  return texts.map((text, k) => ({
    id: idOf(doc.id),
    position: typeof value.doc_id === 'number' ? value.doc_id : null,
    k: texts.length > 1 ? k : null,
    trace: null,
    text,
    finish: 'stop',
  }));
}

function inspectSample(value: unknown): Recorded[] {
  if (!isObject(value)) throw new Error('it is no JSON object');
  const output = isObject(value.output) ? value.output : {};
  const choices = Array.isArray(output.choices) ? (output.choices as unknown[]) : [];
  const [choice] = choices;
  const read = isObject(choice) && isObject(choice.message) ? message(choice.message) : null;
  const written = read?.text ?? (typeof output.completion === 'string' ? output.completion : null);
  if (written === null) throw new Error('it has no output');
  const attached = (text: string) => attachment(value, text);
  const text = attached(written);
  const epoch = typeof value.epoch === 'number' ? value.epoch - 1 : null;
  const finish = isObject(choice) ? finishOf(choice.stop_reason) : 'stop';
  return [
    {
      id: idOf(value.id),
      position: null,
      k: epoch,
      trace: read?.trace == null ? null : attached(read.trace),
      text,
      finish,
    },
  ];
}

/** Long texts may stand apart, once each: `attachment://HASH`. */
function attachment({ attachments }: Json, text: string): string {
  const hash = /^attachment:\/\/(\S+)$/u.exec(text)?.[1];
  const found = hash !== undefined && isObject(attachments) ? attachments[hash] : undefined;
  return typeof found === 'string' ? found : text;
}

/** A message as OpenAI's protocol has it, or Inspect's with its content in parts. */
function message({ content, reasoning, reasoning_content }: Json): { trace: string | null; text: string } {
  const parts = Array.isArray(content) ? content.filter(isObject) : [];
  const joined = (type: string, field: string) =>
    parts
      .filter((part) => part.type === type && typeof part[field] === 'string')
      .map((part) => part[field] as string);
  const thought = [reasoning_content, reasoning].find((text) => typeof text === 'string' && text !== '');
  const inParts = joined('reasoning', 'reasoning');
  return {
    trace: typeof thought === 'string' ? thought : inParts.length > 0 ? inParts.join('\n') : null,
    text: typeof content === 'string' ? content : joined('text', 'text').join(''),
  };
}

function finishOf(reason: unknown): Finish {
  return reason === 'length' || reason === 'max_tokens' || reason === 'model_length' ? 'length' : 'stop';
}

function idOf(id: unknown): string | null {
  return typeof id === 'string' || typeof id === 'number' ? String(id) : null;
}
