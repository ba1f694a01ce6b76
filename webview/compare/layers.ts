import type { Span } from '../../src/shared/diff.ts';
import { logRatio, type ScoredPosition, type ScoredSpan } from '../../src/shared/drift.ts';
import { bucketOf, isBound, isLowCoverage, type MeasureInfo, measured, SPAN_RATIO } from '../ui/scale.ts';
import { tokenAt } from '../ui/tokenText/offsets.ts';
import type { Layer, Mark } from '../ui/tokenText/painter.ts';
import type { FoundKind } from './found.ts';
import type { SideText } from './sectionBody.ts';
import type { LayerId } from './settings.ts';

/** Which of two highlights on the same words is painted over the other. */
export const PRIORITIES: Record<string, number> = {
  'word-baseline': 10,
  'word-reasoning': 10,
  'heat-bound': 11,
  refusal: 20,
  leak: 21,
  toxic: 22,
  'token-cursor': 100,
};

/** Words that differ inside changed rows: `word-baseline` and `word-reasoning`. */
export const diffLayer: Layer<LayerId> = {
  id: 'diff',
  mark(text, start, end, mark) {
    const { words, side } = text as SideText;
    for (let at = firstEndingAfter(words, start); at < words.length && words[at]![0] < end; at++) {
      mark(`word-${side}`, words[at]![0], words[at]![1]);
    }
  },
};

/** What a detector found, or a researcher let stand: the highlight has the layer's name. */
export function foundLayer(id: FoundKind): Layer<LayerId> {
  return {
    id,
    mark(text, start, end, mark) {
      const spans = (text as SideText).found[id];
      for (let at = firstEndingAfter(spans, start); at < spans.length && spans[at]![0] < end; at++) {
        mark(id, spans[at]![0], spans[at]![1]);
      }
    },
  };
}

/** What heat needs to know of a text's author. */
export interface HeatSource {
  measure: MeasureInfo;
  /** The position of a token of this text's author, if it is scored. */
  positionOf(text: SideText, index: number): ScoredPosition | undefined;
  /** The span that a token of this text's author is in, where the tokenizers differ. */
  spanOf(text: SideText, index: number): ScoredSpan | undefined;
}

/**
 * Tokens by their bucket: `heat-1` … `heat-8`, neighbours of one bucket as one mark. A bound is marked `heat-bound`
 * besides; one that rests on low coverage is `heat-faint`, whatever its value. Where the tokenizers differ, tokens are
 * marked by their span's log-ratio: `ratio-below-1` … and `ratio-above-1` ….
 */
export function heatLayer(source: () => HeatSource): Layer<LayerId> {
  return {
    id: 'heat',
    mark(text, start, end, mark) {
      const { tokens } = text;
      if (!tokens) return;
      const { measure, positionOf, spanOf } = source();
      const heat = runs(mark);
      const bound = runs(mark);
      for (let k = tokenAt(tokens, start); k < tokens.indices.length && tokens.starts[k]! < end; k++) {
        const from = tokens.starts[k]!;
        const to = tokens.starts[k + 1]!;
        const span = spanOf(text as SideText, tokens.indices[k]!);
        if (span) {
          heat.add(spanHighlight(span), from, to);
          continue;
        }
        const position = positionOf(text as SideText, tokens.indices[k]!);
        const bucket = position ? bucketOf(measured(position, measure.id), measure.edges) : 0;
        const faint = position !== undefined && isLowCoverage(position, measure.id);
        heat.add(bucket === 0 ? null : faint ? 'heat-faint' : `heat-${bucket}`, from, to);
        bound.add(bucket > 0 && position && isBound(position, measure.id) ? 'heat-bound' : null, from, to);
      }
      heat.end();
      bound.end();
    },
  };
}

function spanHighlight({ segment, surprisal }: ScoredSpan): string | null {
  const ratio = segment === 'control' ? null : logRatio(surprisal);
  const bucket = ratio === null ? 0 : bucketOf(ratio, SPAN_RATIO.edges);
  return ratio === null || bucket === 0 ? null : `ratio-${ratio < 0 ? 'below' : 'above'}-${bucket}`;
}

/** Joins neighbouring spans of the same name into one mark. */
function runs(mark: Mark) {
  let name: string | null = null;
  let from = 0;
  let to = 0;
  const end = () => {
    if (name !== null && to > from) mark(name, from, to);
    name = null;
  };
  return {
    add(next: string | null, start: number, stop: number) {
      if (next === name && start === to) {
        to = stop;
        return;
      }
      end();
      name = next;
      from = start;
      to = stop;
    },
    end,
  };
}

function firstEndingAfter(spans: readonly Span[], offset: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle]![1] > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}
