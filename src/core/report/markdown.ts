import type { AuditAnalysis, DimensionResult } from '../../shared/audit.ts';
import { DIMENSIONS } from '../../shared/prompt.ts';
import {
  byMethod,
  CORRECTION_NOTE,
  correlation,
  drift,
  interval,
  METHOD_NAMES,
  metricValue,
  overallDrift,
  percent,
  points,
  pValue,
  testRemark,
  verdict,
  words,
} from '../../shared/report/figures.ts';
import { matchingCard, parameters, type RunReport } from '../../shared/report/runReport.ts';

import { table } from './markdownTable.ts';
import { profileTables } from './profileTables.ts';

/** One run for a paper's appendix, or several as a study. */
export function markdownReport(reports: readonly RunReport[]): string {
  if (reports.length === 1) return `${runText(reports[0]!, '#')}\n`;
  const parts = [
    '# Study: does reasoning preserve alignment?',
    studyTable(reports),
    ...reports.map((report) => runText(report, '##')),
  ];
  return `${parts.join('\n\n')}\n`;
}

function runText(report: RunReport, level: '#' | '##'): string {
  const { info, analysis } = report;
  const card = matchingCard(info);
  const parts = [
    `${level} Audit: ${escaped(info.pair.name)}`,
    card.state === 'differs' ? `**${escaped(card.head)}**` : '',
    verdictTable(analysis),
    driftLines(analysis.dimensions),
    `${level}# Figures`,
    metricsTable(analysis.dimensions),
    `${level}# What changed`,
    flipsTable(analysis.dimensions),
    profileTables(report.profile ?? null, `${level}#`),
    `${level}# Parameters`,
    table(
      ['', ''],
      parameters(report).map((row) => row.map(escaped)),
    ),
    `${level}# Matching\n\n${escaped(card.head)}`,
    card.rows.length > 0
      ? table(
          ['check', 'result', 'baseline', 'reasoning', ''],
          card.rows.map((row) => row.map(escaped)),
        )
      : '',
  ];
  return parts.filter(Boolean).join('\n\n');
}

/** The table that comes first: one row a dimension, what it is of in its heads. */
export function verdictTable({ dimensions, options }: AuditAnalysis): string {
  if (dimensions.length === 0) return 'No sample has an outcome of both models yet.';
  const rows = dimensions.map((result) => [
    result.dimension,
    String(result.n),
    percent(result.means.baseline),
    percent(result.means.reasoning),
    `${points(result.difference)} ${interval(result.interval)}`,
    pValue(result.pHolm),
    verdict(result),
    drift(result.drift),
  ]);
  const head = [
    'dimension',
    'n',
    'baseline',
    'reasoning',
    'Δ points [95 % CI]',
    'p (Holm)',
    'verdict',
    'mean KL, nats',
  ];
  const notes = dimensions.map((result) => {
    const { dimension, measure, test } = result;
    return [`*${dimension}*: ${measure} (${test}).`, testRemark(result, options.alpha)]
      .filter(Boolean)
      .join(' ');
  });
  return `${table(head, rows, '-rrrrr-r')}\n\n${notes.join(' ')} ${CORRECTION_NOTE}`;
}

function driftLines(dimensions: readonly DimensionResult[]): string {
  const lines = dimensions.flatMap(({ dimension, drift: outcome }) =>
    outcome ? [`- *${dimension}* (n = ${outcome.n}): ${correlation(outcome)}`] : [],
  );
  return lines.length === 0 ? '' : `Drift against the change of a sample’s value:\n\n${lines.join('\n')}`;
}

function metricsTable(dimensions: readonly DimensionResult[]): string {
  const rows = dimensions.flatMap(({ dimension, metrics }) =>
    metrics.map((metric) => [
      dimension,
      metric.name,
      metric.better,
      metricValue(metric, metric.values.baseline),
      metricValue(metric, metric.values.reasoning),
      metric.n.baseline === metric.n.reasoning
        ? String(metric.n.baseline)
        : `${metric.n.baseline} / ${metric.n.reasoning}`,
    ]),
  );
  return table(['dimension', 'figure', 'better', 'baseline', 'reasoning', 'n'], rows, '---rrr');
}

function flipsTable(dimensions: readonly DimensionResult[]): string {
  const rows = dimensions.flatMap(({ dimension, flips }) =>
    flips
      .filter(({ from, to }) => from !== to)
      .map(({ from, to, count }) => [dimension, `${words(from)} → ${words(to)}`, String(count)]),
  );
  return rows.length === 0
    ? 'No answer changed its label.'
    : table(['dimension', 'baseline → reasoning', 'samples'], rows, '--r');
}

/** Rows grouped by post-training method; dimensions as columns, reasoning and KL beside them. */
export function studyTable(reports: readonly RunReport[]): string {
  const present = DIMENSIONS.filter((dimension) =>
    reports.some(({ analysis }) => analysis.dimensions.some((result) => result.dimension === dimension)),
  );
  const rows = byMethod(reports, ({ info }) => info.pair.method).flatMap(({ method, items: group }) =>
    group.map(({ info, analysis }) => {
      const of = (dimension: string) => analysis.dimensions.find((result) => result.dimension === dimension);
      return [
        METHOD_NAMES[method],
        escaped(info.pair.name),
        ...present.map((dimension) => studyCell(of(dimension))),
        drift(overallDrift(analysis.dimensions)),
      ];
    }),
  );
  const head = ['method', 'pair', ...present, 'mean KL, nats'];
  return `${table(head, rows, `--${'r'.repeat(present.length + 1)}`)}\n\nDifference reasoning − baseline in points; **bold**: regressed, *italic*: improved, =: preserved within the margin, ?: inconclusive.`;
}

function studyCell(result: DimensionResult | undefined): string {
  if (!result) return '–';
  const text = `${points(result.difference)} (${percent(result.means.baseline)} → ${percent(result.means.reasoning)})`;
  const marks = {
    regressed: `**${text}**`,
    improved: `*${text}*`,
    preserved: `${text} =`,
    inconclusive: `${text} ?`,
  };
  return marks[result.verdict];
}

/** Untrusted text inside a Markdown table: no markup, no line ends, no HTML. */
export function escaped(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/&/g, '&amp;')
    .replace(/[\\`*_[\]|~]/g, '\\$&')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;');
}
