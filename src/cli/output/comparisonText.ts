import type { ComparisonState, DriftState } from '../../shared/comparison.ts';
import type { Generation } from '../../shared/generation.ts';
import { modelLabel } from '../../shared/pair.ts';
import { SIDES } from '../../shared/side.ts';
import { driftText } from './driftText.ts';
import { indent } from './figures.ts';
import { matchingLines } from './matchingText.ts';
import { type Style, visible, visibleInline } from './terminal.ts';
import { flipLine, verdictLines } from './verdictText.ts';

/** A finished comparison for a terminal: what was asked, both generations, the drift on each. */
export function comparisonText(state: ComparisonState, style: Style, columns: number): string {
  const { pair, input } = state.request;
  const { temperature, maxTokens, seed } = pair.sampling;
  const sampling = `T=${temperature} · ${seed === null ? 'no seed' : `seed ${seed}`} · at most ${maxTokens} tokens`;
  const parts = [
    `${style.bold(visibleInline(pair.name))}  ${style.dim(`${pair.method} · ${sampling}`)}`,
    ...matchingLines(state.check, style),
    ...input.map(({ role, content }) => `${style.dim(`${role}:`)} ${visible(content)}`),
    '',
  ];
  for (const side of SIDES) {
    const current = state.sides[side];
    if (current.state !== 'finished') continue;
    const title = `${style.bold(side.toUpperCase())}  ${visibleInline(modelLabel(pair.models[side]))}`;
    parts.push(
      `${title}  ${style.dim(summaryOf(current.generation))}`,
      ...verdictLines(state, side).map((line) => `  ${line}`),
      ...sections(current.generation, pair.models[side].elicited !== undefined, style),
      '',
    );
  }
  const flip = flipLine(state);
  if (flip !== null) parts.push(style.bold(flip), '');
  for (const author of ['reasoning', 'baseline'] as const)
    parts.push(driftOf(state.drift[author], `the ${author} model's tokens`, style, columns), '');
  return `${parts.join('\n').trimEnd()}\n`;
}

function sections({ trace, answer, failure }: Generation, elicited: boolean, style: Style): string[] {
  const heading = `  Trace${elicited ? ' (elicited by the system prompt)' : ''}`;
  return [
    ...(trace === null ? [] : [style.dim(heading), style.dim(indent(visible(trace.trim())))]),
    `${style.dim('  Answer')}${answer === '' ? style.dim(': none') : ''}`,
    ...(answer === '' ? [] : [indent(visible(answer.trim()))]),
    ...(failure ? [`  ${visibleInline([failure.message, failure.remedy].filter(Boolean).join(' '))}`] : []),
  ];
}

function summaryOf({ tokens, timing, finish }: Generation): string {
  const ended = { stop: '', length: 'cut at the token limit', cancelled: 'cancelled', failed: 'failed' }[
    finish
  ];
  const count = tokens.length > 0 ? `${tokens.length} tokens` : '';
  return [count, `${(timing.total / 1000).toFixed(1)} s`, ended].filter(Boolean).join(' · ');
}

function driftOf(state: DriftState, what: string, style: Style, columns: number): string {
  if (state.state === 'scored') return driftText(state.drift, what, style, columns);
  const reason = state.state === 'failed' ? state.failure.message : 'it was not scored.';
  return driftText(
    { status: 'unavailable', reason, coverage: null, positions: [], summary: null },
    what,
    style,
    columns,
  );
}
