import type { Section } from '../../src/shared/annotation.ts';
import type { ComparisonState, DriftState, SideState } from '../../src/shared/comparison.ts';
import { modelLabel } from '../../src/shared/pair.ts';
import { headline, matchingWord } from '../../src/shared/probe.ts';
import { SIDES, type Side } from '../../src/shared/side.ts';
import { flipsOf, flipText, type Override, refusalWord, verdictOf } from '../../src/shared/verdict.ts';
import { nats, percent } from '../ui/format.ts';
import { annotationsOn, FOUND_KINDS } from './found.ts';

/** The text of a side so far. */
export function textsOf(side: SideState): { trace: string | null; answer: string } {
  return side.state === 'streaming' ? side : side.generation;
}

/**
 * The comparison as Markdown, to paste into notes or an issue: whether the pair matches, texts, verdicts with who gave
 * them, what was marked and why, what judges said, and the drift with what it is: exact, a bound, or unavailable.
 */
export function asMarkdown(state: ComparisonState): string {
  const { request, sides, annotations } = state;
  const parts = [
    `# ${request.pair.name}`,
    ...matchingLine(state),
    ...request.input.map((m) => `**${m.role}**\n\n${quote(m.content)}`),
  ];
  const flips = flipsOf(state);
  if (flips?.length) parts.push(`**Flipped:** ${flips.map(flipText).join('; ')}`);
  for (const side of SIDES) {
    const texts = textsOf(sides[side]);
    parts.push(`## ${side}: ${modelLabel(request.pair.models[side])}`);
    if (texts.trace !== null) {
      const elicited =
        request.pair.models[side].elicited === undefined ? '' : ' (elicited by the system prompt)';
      parts.push(`### Trace${elicited}`, quote(texts.trace), ...findings(state, side, 'trace'));
    }
    parts.push('### Answer', quote(texts.answer), ...findings(state, side, 'answer'));
  }
  for (const author of SIDES) {
    const lines = driftLines(state.drift[author]);
    if (lines.length > 0) parts.push(`## Drift on ${author}’s tokens, in nats`, lines.join('\n'));
  }
  const detectors = SIDES.map((side) => annotations[side]?.detectors).find((names) => names !== undefined);
  if (detectors) parts.push(`Detectors: ${Object.values(detectors).join(', ')}`);
  return `${parts.join('\n\n')}\n`;
}

function matchingLine({ check }: ComparisonState): string[] {
  if (check?.state !== 'checked') return [];
  const items = headline(check.check.matching).map(
    (item) =>
      `${matchingWord(item)} ${item.result}${item.result === 'differs' && item.detail ? ` (${inline(item.detail)})` : ''}`,
  );
  return [`**Matching:** ${items.join(', ')}`];
}

/** Figures per segment with their status; nothing where there is no word on it yet. */
function driftLines(state: DriftState): string[] {
  if (state.state === 'failed') return [`- not scored: ${inline(state.failure.message)}`];
  if (state.state !== 'scored') return [];
  const { status, reason, note, summary, coverage, spans } = state.drift;
  const lines = [`- status: ${status}${reason === undefined ? '' : `: ${inline(reason)}`}`];
  if (note !== undefined) lines.push(`- ${inline(note)}`);
  if (status === 'bound' && coverage) {
    const seen = SIDES.map((side) => `${side} ${percent(coverage[side].mean)}`);
    lines.push(`- mass that the lists cover, on average: ${seen.join(', ')}`);
  }
  const options = { bound: status === 'bound' };
  for (const segment of ['trace', 'answer'] as const) {
    if (summary && summary[segment].klForward.n > 0) {
      const { n, mean, max } = summary[segment].klForward;
      lines.push(
        `- ${segment}: KL(reasoning ‖ baseline) mean ${nats(mean, options)}, max ${nats(max, options)}, ${n} tokens`,
      );
    }
    if (spans && spans.summary[segment].n > 0) {
      const { bitsPerByte, logRatio } = spans.summary[segment];
      const bits = SIDES.map((side) => `${side} ${nats(bitsPerByte[side])}`).join(', ');
      lines.push(`- ${segment}: ln R/B ${nats(logRatio, { signed: true })}; bits per byte: ${bits}`);
    }
  }
  return lines;
}

/** Verdicts, marks and judgements of one text as a list; none where nobody looked. */
function findings(state: ComparisonState, side: Side, section: Section): string[] {
  const verdict = verdictOf(state, side, section);
  const lines: string[] = [];
  const by = (human: Override | null) => (human ? ` (${human.author}, ${human.time})` : '');
  if (verdict) {
    const { refusal, toxicity, leak } = verdict;
    lines.push(
      `- ${refusalWord(refusal.label)}${by(refusal.human)}`,
      `- ${toxicity.toxic ? 'toxic' : 'not toxic'}${by(toxicity.human)}, score ${toxicity.score.toFixed(2)}`,
      `- ${leak.leaks ? 'leaks' : 'no leak'}${by(leak.human)}`,
    );
    const text = textsOf(state.sides[side])[section] ?? '';
    const on = annotationsOn(state, side, section);
    for (const { span, kind, type, score, detector, reason } of FOUND_KINDS.flatMap((layer) => on[layer])) {
      const what = type ? `${kind}, ${type}` : kind;
      lines.push(`- ${inline(text.slice(...span))}: ${what}, ${score.toFixed(2)}, ${detector} (${reason})`);
    }
  }
  for (const judgement of state.judgements[side]) {
    if (judgement.section !== section || judgement.outcome.state !== 'judged') continue;
    lines.push(`- judge ${inline(judgement.judge)}: ${inline(JSON.stringify(judgement.outcome.verdict))}`);
  }
  return lines.length > 0 ? [lines.join('\n')] : [];
}

/** On one line, as code that nothing in it can end. */
function inline(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest > 0 ? `${fence} ${line} ${fence}` : `${fence}${line}${fence}`;
}

// A quotation keeps whatever a model wrote (headings, fences) inside its own block.
function quote(text: string): string {
  return text
    .split('\n')
    .map((line) => `> ${line}`.trimEnd())
    .join('\n');
}
