import type { CheckState } from '../../shared/comparison.ts';
import { headline, type MatchingCheck, matchingWord } from '../../shared/probe.ts';
import { SIDES } from '../../shared/side.ts';
import { type Style, visibleInline } from './terminal.ts';

const MARKS: Record<MatchingCheck['result'], string> = { same: '✓', differs: '✗', unknown: '?' };

/** Whether the pair matches, on one line; a line more for each thing that differs. */
export function matchingLines(check: CheckState | undefined, style: Style): string[] {
  if (check?.state !== 'checked') return [];
  const { matching } = check.check;
  const marks = headline(matching).map((item) => `${matchingWord(item)} ${MARKS[item.result]}`);
  const differing = matching.filter(({ result }) => result === 'differs');
  return [
    style.dim(`matched: ${marks.join('  ')}`),
    ...differing.map(({ title, values, detail }) => {
      const told = SIDES.map((side) => `${side} ${values[side] ?? 'not told'}`).join(', ');
      return `  ${title} differs: ${visibleInline(detail ?? told)}`;
    }),
  ];
}
