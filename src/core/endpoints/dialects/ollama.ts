import { fail } from '../../../shared/failure.ts';
import { sameIds } from '../../drift/pairScorer.ts';
import { alignPieces } from '../../drift/pieces.ts';
import type { Prefix } from '../../drift/scoring.ts';
import type { ScoredRow, TextScorer } from '../../drift/textScorer.ts';
import { type Dialect, identity } from './dialect.ts';
import { count, ids, list, record, text } from './fields.ts';
import { cutTexts, formsOf, otherTokens, textOf } from './givenText.ts';
import { namedByText, scoredRow } from './rows.ts';
import { malformed, type Server } from './server.ts';
import { topLimit } from './topLimit.ts';
import { modelCard } from './vllm.ts';

/**
 * Ollama: one raw generation of one token per position, with the 20 likeliest tokens by their texts. It takes text, no
 * ids. That it cuts the text into the ids that were to be scored is verified once, by the `context` of a generation that
 * is not raw; a beginning of it that ends with a token is cut into the same tokens.
 */
export const ollama: Dialect = {
  name: 'Ollama',
  async recognise(server, { models }, signal) {
    const card = modelCard(models, server.model);
    const version = text(record(await server.lookUp('/api/version', null, signal)).version);
    if (version === null && card.owned_by !== 'library') return null;
    const shown = record(await server.lookUp('/api/show', { model: server.model }, signal));
    const info = record(shown.model_info);
    const details = record(shown.details);
    const architecture = text(info['general.architecture']) ?? '';
    const told = version === null || tellsLogprobs(version);
    return {
      identity: identity({
        server: 'Ollama',
        version,
        model: text(card.id) ?? server.model,
        contextLength: count(info[`${architecture}.context_length`]),
        vocabularySize: count(info[`${architecture}.vocab_size`]),
        parameters: count(info['general.parameter_count']),
        quantization: text(details.quantization_level),
        chatTemplate: text(shown.template),
        baseModels: baseModels(info),
      }),
      reach: told ? 'top-k' : 'none',
      route: told ? 'POST /api/generate with raw and top_logprobs, once per position' : null,
      scorer: told ? ollamaScorer(server, info['tokenizer.ggml.model'] !== 'gpt2') : null,
      unavailable: `${server.label} cannot be scored: Ollama tells log-probabilities from version ${NEEDED.join('.')} on, and this is ${version}.`,
      tokenIds: false,
      perPosition: true,
      generation: { logprobs: true },
      generatedIds: false,
    };
  },
};

const NEEDED = [0, 12, 11];

/** Before, the field is ignored without a word. Builds from source call themselves 0.0.0. */
function tellsLogprobs(version: string): boolean {
  const parts = version.split(/[.-]/).slice(0, 3).map(Number);
  if (parts.some(Number.isNaN) || parts.every((part) => part === 0)) return true;
  const at = NEEDED.findIndex((part, i) => (parts[i] ?? 0) !== part);
  return at < 0 || (parts[at] ?? 0) > NEEDED[at]!;
}

/** `general.base_model.0.repo_url` and its like. */
function baseModels(info: Record<string, unknown>): string[] {
  return Object.keys(info)
    .filter((key) => /^general\.base_model\.\d+\.repo_url$/.test(key))
    .flatMap((key) => text(info[key])?.replace(/^https:\/\/huggingface\.co\//, '') ?? []);
}

const MOST = 20;
/** Without a row: a token that ends a generation or a part of a character was drawn. So often another one is. */
const DRAWS = 4;
/** Some engines of Ollama tell the distribution that they draw from: that of the model where all of this is off. */
const UNFILTERED = {
  ...{ top_k: 0, top_p: 1, min_p: 0, typical_p: 1 },
  ...{ repeat_penalty: 1, presence_penalty: 0, frequency_penalty: 0 },
};

/** @param hasTwins its tokenizer has two tokens for an ASCII character, as SentencePiece has */
function ollamaScorer(server: Server, hasTwins: boolean): TextScorer {
  const { label, model } = server;
  const texts = cutTexts();
  const pieces = new Map<number, string>();
  const limit = topLimit(MOST);

  const generate = async (body: object, signal: AbortSignal) => {
    const answer = record(await server.ask('/api/generate', { model, stream: false, ...body }, signal));
    if (typeof answer.response === 'string') return answer;
    return malformed(server.culprit, 'no “response” in answer to /api/generate');
  };

  /** What would be read, without reading it. */
  const rendered = async (path: string, body: object, signal: AbortSignal): Promise<string> => {
    const asked = { model, stream: false, ...body, _debug_render_only: true };
    const answer = record(await server.ask(path, asked, signal));
    const { rendered_template } = record(answer._debug_info);
    if (typeof rendered_template === 'string') return rendered_template;
    return fail('cannot-score', `${label} does not show how its chat template renders a chat.`, {
      remedy: 'Update Ollama, or serve the model with llama-server.',
    });
  };
  const PLAIN = '{{ .Prompt }}';
  /** `context` is put before the prompt as the text it stands for. A prompt cannot be empty. */
  const textBehind = async (context: readonly number[], signal: AbortSignal) =>
    (await rendered('/api/generate', { context, prompt: '.', template: PLAIN }, signal)).slice(0, -1);

  /**
   * The ids of a text. They come with those of one token that was generated after it, which may be several if it stands
   * alone, and may have merged with the text's last: so some ends are tried, and several draws.
   * @param isIt whether ids are those of the text
   * @returns null where none are
   */
  const cut = async (
    plain: string,
    isIt: (tokens: readonly number[]) => boolean | Promise<boolean>,
    signal: AbortSignal,
  ): Promise<number[] | null> => {
    for (let seed = 1; seed <= DRAWS; seed++) {
      const options = { ...UNFILTERED, num_predict: 1, temperature: 1, seed };
      const all = ids((await generate({ prompt: plain, template: PLAIN, options }, signal)).context);
      if (!all) {
        return fail(
          'cannot-score',
          `${label} no longer tells the ids of a text: this Ollama has no “context”.`,
          { remedy: 'Serve the model with llama-server.' },
        );
      }
      for (let end = all.length; end > Math.max(0, all.length - 5); end--) {
        const tokens = all.slice(0, end);
        if (await isIt(tokens)) return tokens;
      }
    }
    return null;
  };

  const piecesOf = async (tokens: readonly number[], signal: AbortSignal): Promise<string[]> => {
    for (const id of new Set(tokens)) {
      if (!pieces.has(id)) pieces.set(id, await textBehind([id], signal));
    }
    return tokens.map((id) => pieces.get(id)!);
  };

  const tokenize = async (plain: string, signal: AbortSignal): Promise<number[]> => {
    if (plain === '') return [];
    const isIt = async (some: readonly number[]) =>
      [plain, ` ${plain}`].includes(await textBehind(some, signal));
    const tokens = await cut(plain, isIt, signal);
    if (!tokens) return fail('cannot-score', `${label} does not tell into which tokens it cuts this text.`);
    texts.remember(plain, tokens, await piecesOf(tokens, signal));
    return tokens;
  };

  const prefixText = (prefix: Prefix, signal: AbortSignal): Promise<string> | string =>
    'messages' in prefix ? rendered('/api/chat', { messages: prefix.messages }, signal) : prefix.text;

  /** What may come after a text, the likeliest first; null where no draw brought a row. */
  const likeliestAfter = async (
    prompt: string,
    k: number,
    temperature: number,
    signal: AbortSignal,
  ): Promise<Record<string, unknown>[] | null> => {
    for (let seed = 1; seed <= DRAWS; seed++) {
      const options = { ...UNFILTERED, num_predict: 1, temperature: temperature || 1, seed };
      const body = { prompt, raw: true, logprobs: true, options };
      const { answer } = await limit.ask(k, (top) => generate({ ...body, top_logprobs: top }, signal));
      const row = record(list(answer.logprobs)[0]);
      if (Array.isArray(row.top_logprobs)) return row.top_logprobs.map(record);
    }
    return null;
  };

  const rowOf = (id: number, piece: string | null, top: Record<string, unknown>[] | null): ScoredRow => {
    const listed = (top ?? []).map(({ token, logprob }) => ({
      text: typeof token === 'string' ? token : null,
      logprob: logprob ?? null,
    }));
    const isUnique =
      piece !== null && piece !== '' && !piece.includes('\uFFFD') && !(hasTwins && isAscii(piece));
    const named = isUnique ? listed.filter((token) => token.text === piece) : [];
    const logprob = named.length === 1 ? named[0]!.logprob : undefined;
    const actual = { id, text: piece, logprob };
    return scoredRow({ actual, top: namedByText(listed, actual) }, server.culprit);
  };

  return {
    label,
    async depth() {
      return { maxTop: limit.most, vocabularySize: null, named: 'texts' };
    },
    tokenize,
    detokenize: async (tokens) => (tokens.length === 0 ? '' : (texts.of(tokens)?.text ?? null)),
    pieces: piecesOf,
    async fingerprint(signal) {
      const card = modelCard(await server.lookUp('/v1/models', null, signal), model);
      const tags = list(record(await server.lookUp('/api/tags', null, signal)).models).map(record);
      const tag = tags.find(({ name }) => name === model || name === `${model}:latest`);
      return text(tag?.digest) ?? text(card.id);
    },
    async *score(request, signal) {
      const { prefix, ids: scored, k, temperature = 0 } = request;
      if (scored.length === 0) return;
      const given = await textOf(request, texts, label, signal);
      const before = await prefixText(prefix, signal);
      const isIt = (some: readonly number[]) => sameIds(some.slice(-scored.length), scored);
      let form: string | undefined;
      for (const tried of formsOf(given)) {
        if (!(await cut(before + tried, isIt, signal))) continue;
        form = tried;
        break;
      }
      const known = await piecesOf(scored, signal);
      // The first piece may have a space that the tokenizer puts there by itself.
      const parts = form === undefined ? null : (alignPieces(form, known) ?? alignPieces(` ${form}`, known));
      if (form === undefined || !parts) return otherTokens(label);
      const hidden = parts.join('').length - form.length;
      let read = before;
      let isWhole = true; // what was read so far ends with a whole character
      for (const [t, id] of scored.entries()) {
        const piece = known[t]!;
        const top = read === '' || !isWhole ? null : await likeliestAfter(read, k, temperature, signal);
        yield rowOf(id, isWhole ? piece : null, top);
        read += t === 0 ? parts[t]!.slice(hidden) : parts[t]!;
        isWhole = parts[t] !== '' || !piece.includes('\uFFFD');
      }
    },
  };
}

function isAscii(piece: string): boolean {
  return piece.length === 1 && piece < '\x80';
}
