import type { CheckResult, MatchingCheck, ModelProbe, ProbeReport } from '../../shared/probe.ts';
import { adviceFor } from '../../shared/probeAdvice.ts';
import { SIDES } from '../../shared/side.ts';
import { type Style, visibleInline } from './terminal.ts';

const MARKS: Record<CheckResult, string> = { passed: '✓', failed: '✗', unknown: '?' };
const MATCHES: Record<MatchingCheck['result'], string> = { same: '=', differs: '≠', unknown: '?' };
const REACH = {
  'top-k': 'the likeliest tokens of given text',
  'actual-token': 'the given tokens only',
  'own-generation': 'its own text at best',
  none: 'nothing',
} as const;

/** What a probe found, for a terminal: the verdict first, then a table per model and one of what should match. */
export function probeText(report: ProbeReport, style: Style): string {
  const { pair, models, matching, verdict } = report;
  const lines = [
    style.bold(`Pair ${visibleInline(pair)}`),
    ...verdict.map((line) => `  ${visibleInline(line)}`),
    ...adviceFor(report).map((line) => style.dim(`  To get more: ${visibleInline(line)}`)),
  ];
  for (const side of SIDES) lines.push('', ...modelLines(side.toUpperCase(), models[side], style));
  lines.push('', style.bold('MATCHING'));
  const width = Math.max(...matching.map(({ title }) => title.length));
  for (const { title, result, values, detail } of matching) {
    const seen =
      detail ??
      (result === 'same'
        ? (values.baseline ?? 'verified on a probe text')
        : SIDES.map((side) => `${side}: ${values[side] ?? 'not told'}`).join(' · '));
    lines.push(`  ${MATCHES[result]} ${title.padEnd(width)}  ${visibleInline(seen)}`);
  }
  return `${lines.join('\n')}\n`;
}

function modelLines(heading: string, model: ModelProbe, style: Style): string[] {
  const { identity, scoring, checks } = model;
  const rows: [string, string | null][] = [
    ['server', identity && [identity.server, identity.version].filter(Boolean).join(' ')],
    ['at', model.origin],
    ['runs', identity?.model ?? null],
    ['context', identity?.contextLength ? `${identity.contextLength} tokens` : null],
    ['vocabulary', identity?.vocabularySize ? `${identity.vocabularySize} tokens` : null],
    ['scores', REACH[scoring.reach]],
    ['by', scoring.route],
    ['largest k', scoring.reach === 'top-k' ? String(scoring.maxTop ?? 'the whole vocabulary') : null],
    [
      'token ids',
      scoring.generatedIds ? 'told with what it writes' : scoring.tokenIds ? 'by tokenizing again' : 'none',
    ],
    ['requests', String(model.requests)],
  ];
  return [
    style.bold(`${heading}  ${visibleInline(model.label)}`),
    ...rows.flatMap(([name, value]) => (value ? [`  ${name.padEnd(10)}  ${visibleInline(value)}`] : [])),
    ...checks.flatMap(({ result, title, seen }) => [
      `  ${MARKS[result]} ${title}`,
      style.dim(`    ${visibleInline(seen)}`),
    ]),
  ];
}
