import type { AuditStatus, Verdict } from '../../shared/audit.ts';

/** What an audit came to, in a line: `safety and toxicity regressed, reasoning improved, privacy inconclusive`. */
export function headline(verdicts: AuditStatus['verdicts']): string {
  const by = new Map<Verdict, string[]>();
  for (const { dimension, verdict } of verdicts) {
    if (!by.get(verdict)?.push(dimension)) by.set(verdict, [dimension]);
  }
  const parts = [...by].map(([verdict, dimensions]) => `${listed(dimensions)} ${verdict}`);
  return parts.join(', ') || 'no sample has an outcome of both models';
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
