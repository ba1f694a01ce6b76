import {
  INFINITE_NATS,
  logRatio,
  type ScoredSpan,
  type SpanDrift,
  type SpanSummary,
} from '../../shared/drift.ts';
import { indent, nats, quotedToken, table } from './figures.ts';
import { type Style, visible } from './terminal.ts';

/** How many spans are listed, and |ln R/B| in nats from which the colour behind a span gets stronger. */
const LISTED = 5;
const STEPS = [0.5, 2, 5];

/** What stands in the place of KL where the tokenizers differ, for a terminal: text, figures per segment, spans. */
export function spanText({ spans, summary }: SpanDrift, style: Style): string[] {
  const segments = (['trace', 'answer', 'all'] as const).filter((name) => summary[name].n > 0);
  if (segments.length === 0) return [];
  const scale = [...STEPS.toReversed().map((step) => -step), ...STEPS];
  const legend = scale.map((step) => style.diverging(` ${signed(step)} `, levelOf(step))).join('');
  return [
    `  ln R/B instead, over spans at whose ends both tokenizers have a border: how much likelier the reasoning model held the same words, in nats.`,
    ...(style.colour ? [coloured(spans, style), style.dim(`  ln R/B ${legend} nats`), ''] : []),
    ...table([
      ['', 'spans', 'bytes', 'ln R/B', 'bits/byte baseline', 'bits/byte reasoning'],
      ...segments.map((name) => row(name, summary[name])),
    ]),
    '',
    ...furthest(spans, style),
  ];
}

function row(name: string, { n, bytes, bitsPerByte, logRatio: ratio }: SpanSummary): string[] {
  const bits = (value: number | null) => (value === null ? '–' : nats(value));
  return [
    name,
    String(n),
    String(bytes),
    ratio === null ? '–' : signed(ratio),
    bits(bitsPerByte.baseline),
    bits(bitsPerByte.reasoning),
  ];
}

function coloured(spans: readonly ScoredSpan[], style: Style): string {
  const text = spans.map((span) => {
    const ratio = span.segment === 'control' ? null : logRatio(span.surprisal);
    return style.diverging(visible(span.text), levelOf(ratio ?? 0));
  });
  return indent(text.join('').replace(/\n+$/, ''));
}

function levelOf(ratio: number): number {
  return Math.sign(ratio) * STEPS.filter((step) => Math.abs(ratio) >= step).length;
}

/** The spans that the models part on most. */
function furthest(spans: readonly ScoredSpan[], style: Style): string[] {
  const counted = spans.flatMap((span) => {
    const ratio = logRatio(span.surprisal);
    return span.segment === 'control' || ratio === null || ratio === 0 ? [] : [{ span, ratio }];
  });
  const listed = counted.sort((a, b) => Math.abs(b.ratio) - Math.abs(a.ratio)).slice(0, LISTED);
  if (listed.length === 0) return [];
  return [
    '  Spans that the models part on most',
    ...listed.map(({ span: { text, segment, surprisal, pieces }, ratio }) => {
      const cuts = `${pieces.baseline} and ${pieces.reasoning} tokens`;
      const models = `baseline ${nats(surprisal.baseline)}, reasoning ${nats(surprisal.reasoning)} nats`;
      return `    ${signed(ratio).padStart(7)}  ${style.bold(quotedToken(text))}  ${segment}, ${cuts}  ${style.dim(models)}`;
    }),
  ];
}

function signed(ratio: number): string {
  const sign = ratio > 0 ? '+' : ratio < 0 ? '−' : '';
  return sign + nats(Math.min(Math.abs(ratio), INFINITE_NATS));
}
