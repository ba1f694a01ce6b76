/** @param alignment one mark a column: `r` to the right. */
export function table(head: readonly string[], rows: readonly string[][], alignment = ''): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, column) => (alignment[column] === 'r' ? '---:' : '---'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}
