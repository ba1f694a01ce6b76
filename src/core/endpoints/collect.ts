import type { Segment, Token } from '../../shared/generation.ts';
import type { TraceDelimiters } from '../../shared/pair.ts';
import { alignPieces } from '../drift/pieces.ts';
import type { Chunk } from './chunk.ts';
import type { GenerationEvent } from './endpoint.ts';
import {
  DEFAULT_DELIMITERS,
  delimitersOf,
  type Piece,
  segmentTokens,
  splitTrace,
  type TraceOptions,
  type TraceSplitter,
  traceSplitter,
} from './trace.ts';

type Delta = Extract<GenerationEvent, { type: 'delta' }>;

/** What a stream's chunks add up to. */
export interface Collected {
  trace: string | null;
  answer: string;
  /** All that was written, as it came; null where the server set the trace apart. */
  raw: string | null;
  tokens: Token[];
  /** Where the trace came: a field of the server's own, or the delimiters around it; null: there is none. */
  traceIn: { field: string } | { delimiters: TraceDelimiters } | null;
  /** When the last of the trace arrived, in the clock that {@link Collector.add} was given; null: no trace. */
  traceEnded: number | null;
}

export interface Collector {
  /** The deltas to show for a chunk that arrived at `now` (ms, any clock). */
  add(chunk: Chunk, now: number): Delta[];
  /** What was held back, at the end of the stream. */
  end(): Delta[];
  collected(): Collected;
}

/** A token, and what the event it came in says of it: no part where it brought no text. */
interface ReceivedToken {
  id: number;
  text: string;
  special: boolean;
  part: 'trace' | 'answer' | null;
}

/**
 * Collects one generation. The trace is what the server sets apart; where it sets nothing apart, what the delimiters
 * enclose. Without declared delimiters `<think>` and `</think>` are tried, but the first counts only where the
 * content begins with it: an answer that mentions the tag has no trace.
 */
export function collector(declared: TraceDelimiters | null): Collector {
  // What is not declared is known once the content has begun.
  let delimiters = declared ?? DEFAULT_DELIMITERS;
  const traceOptions: TraceOptions = { leading: declared === null };
  let splitter: TraceSplitter | null = declared && traceSplitter(declared, traceOptions);
  const tokens: ReceivedToken[] = [];
  const arrivals: { end: number; at: number }[] = []; // of the content, to tell later when its trace ended
  let reasoning = '';
  let field: string | null = null;
  let content = '';
  let reasoningEnded: number | null = null;
  let namesTexts = true;
  let opened = false; // as the server says: the tokens begin inside the trace, but not what it sets apart
  const told: Chunk['told'] = [];
  let uncounted = 0; // tokens of chunks that showed nothing yet

  let undecided = ''; // content of which it is not known yet how it marks a trace

  /** The pieces of further content that are certain. */
  const split = (text: string): Piece[] => {
    if (splitter) return splitter.push(text);
    undecided += text;
    const found = delimitersOf(undecided);
    if (!found) return [];
    delimiters = found;
    splitter = traceSplitter(delimiters, traceOptions);
    return splitter.push(undecided);
  };

  /** What was held back. */
  const rest = (): Piece[] => {
    if (splitter) return splitter.end();
    const text = undecided;
    undecided = '';
    return text === '' ? [] : [{ segment: 'answer', text }];
  };

  const deltas = (pieces: readonly { segment: Segment; text: string }[]): Delta[] =>
    pieces.flatMap(({ segment, text }) => {
      if (segment === 'control') return [];
      const counted = uncounted;
      uncounted = 0;
      return [{ type: 'delta', segment, text, tokens: counted }];
    });

  return {
    add(chunk, now) {
      tokens.push(...received(chunk));
      told.push(...chunk.told);
      if (chunk.traceOpened) opened = true;
      if (chunk.tokens.some((token) => token.text === null)) namesTexts = false;
      uncounted += chunk.tokens.length || (chunk.reasoning || chunk.content ? 1 : 0);
      const shown: Delta[] = [];
      if (chunk.reasoning) {
        reasoning += chunk.reasoning;
        field ??= chunk.reasoningField ?? null;
        reasoningEnded = now;
        shown.push(...deltas([{ segment: 'trace', text: chunk.reasoning }]));
      }
      if (chunk.content) {
        content += chunk.content;
        arrivals.push({ end: content.length, at: now });
        // A server that sets the trace apart has none in the content: a delimiter there is the answer's own text.
        shown.push(
          ...deltas(
            reasoning ? [...rest(), { segment: 'answer', text: chunk.content }] : split(chunk.content),
          ),
        );
      }
      return shown;
    },

    end: () => deltas(rest()),

    collected() {
      if (reasoning) {
        return {
          ...separated(),
          raw: null,
          traceIn: field === null ? null : { field },
          traceEnded: reasoningEnded,
        };
      }
      const { trace, answer } = splitTrace(content, delimiters, traceOptions);
      const traceEnd = trace === null ? 0 : content.length - answer.length;
      return {
        trace,
        answer,
        raw: content,
        tokens:
          tokens.length > 0
            ? segmented(tokens, segmentTokens(...texts(), delimiters, { ...traceOptions, opened }))
            : toldTokens(content, (texts) =>
                segmentTokens(
                  texts,
                  texts.map(() => false),
                  delimiters,
                  traceOptions,
                ),
              ),
        traceIn: trace === null ? null : { delimiters },
        traceEnded: trace === null ? null : (arrivals.find(({ end }) => end >= traceEnd)?.at ?? null),
      };
    },
  };

  /**
   * What log-probabilities tell of the tokens where nothing else does: their texts, if these are the text. The end of the
   * turn, which has no text, may be told last.
   */
  function toldTokens(text: string, segmentsOf: (texts: readonly string[]) => readonly Segment[]): Token[] {
    for (const own of [told, told.slice(0, -1)]) {
      const texts = alignPieces(
        text,
        own.map((token) => token.text),
      );
      if (!texts) continue;
      const segments = segmentsOf(texts);
      return own.map(({ logprob }, index) => ({
        ...{ id: null, text: texts[index]!, segment: segments[index] ?? 'answer' },
        ...(logprob !== null && { logprob }),
      }));
    }
    return [];
  }

  /** Which part each token is of, where the parts follow each other without what delimits them. */
  function partsOf(texts: readonly string[]): Segment[] {
    let at = 0;
    return texts.map((text) => {
      const start = at;
      at += text.length;
      if (start >= reasoning.length) return 'answer';
      return at <= reasoning.length ? 'trace' : 'control';
    });
  }

  function texts(): [string[], boolean[]] {
    // Ids without text at the very end are the end of the turn, which has no text.
    const lastText = tokens.findLastIndex((token) => token.text !== '');
    return [
      tokens.map((token) => token.text),
      tokens.map((token, index) => token.special || (!namesTexts && index > lastText)),
    ];
  }

  function separated(): Omit<Collected, 'traceEnded' | 'traceIn' | 'raw'> {
    if (namesTexts && tokens.length > 0) {
      // Tokens with their texts hold the delimiters too: trust the split that they give, if it is the server's.
      const segments = segmentTokens(...texts(), delimiters, { ...traceOptions, opened });
      const result = segmented(tokens, segments);
      const trace = joined(result, 'trace');
      const answer = joined(result, 'answer');
      if (trace.trim() === reasoning.trim() && answer.trim() === content.trim()) {
        return { trace, answer, tokens: result };
      }
    }
    const own =
      tokens.length > 0
        ? segmented(tokens, segmentsByPart(tokens))
        : toldTokens(reasoning + content, partsOf);
    return { trace: reasoning, answer: content, tokens: own };
  }
}

/**
 * The tokens of a chunk, with its text. Where the server names no texts, the text of a chunk of several tokens stands
 * with its last one, which completes it.
 */
function received({ tokens, reasoning, content }: Chunk): ReceivedToken[] {
  const both = reasoning !== '' && content !== '';
  return tokens.map(({ id, text, special }, index) => {
    const last = index === tokens.length - 1;
    const first = index === 0;
    // A chunk with both ends the trace and begins the answer; what stands between is the delimiter.
    const part = both
      ? first === last
        ? null
        : first
          ? 'trace'
          : last
            ? 'answer'
            : null
      : reasoning
        ? 'trace'
        : content
          ? 'answer'
          : null;
    const own = both ? (first ? reasoning : '') + (last ? content : '') : last ? reasoning + content : '';
    return { id, text: text ?? own, special: special === true, part };
  });
}

/**
 * Segments where only the server's events tell the parts. A token whose event brought no text is half a character
 * where its neighbours with text are of one part, and a delimiter, which the server took out, at a border or an end.
 */
function segmentsByPart(tokens: readonly ReceivedToken[]): Segment[] {
  const next: ReceivedToken['part'][] = [];
  let following: ReceivedToken['part'] = null;
  for (let index = tokens.length - 1; index >= 0; index--) {
    following = tokens[index]?.part ?? following;
    next[index] = following;
  }
  let previous: ReceivedToken['part'] = null;
  return tokens.map(({ part, special }, index) => {
    const segment = part ?? (previous === next[index] ? previous : null);
    previous = part ?? previous;
    return special || segment === null ? 'control' : segment;
  });
}

function segmented(tokens: readonly ReceivedToken[], segments: readonly Segment[]): Token[] {
  return tokens.map(({ id, text }, index) => ({ id, text, segment: segments[index] ?? 'control' }));
}

function joined(tokens: readonly Token[], segment: Segment): string {
  return tokens
    .filter((token) => token.segment === segment)
    .map((token) => token.text)
    .join('');
}
