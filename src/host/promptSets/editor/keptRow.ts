import type { KeptRow, RowKey } from '../../../shared/promptSetView.ts';

export interface RowsToSearch {
  keys: readonly RowKey[];
  /** A row's text as it stands in the file. */
  text(key: RowKey): string;
  /** '' where a row has no id. */
  id(key: RowKey): string;
}

/**
 * Where a row is that a view kept: that with its key and id, else the nearest with its id, else whichever is in its
 * place now. −1: there are no rows.
 */
export function placeOfKept(kept: KeptRow, rows: RowsToSearch): number {
  const { keys } = rows;
  const here = keys[kept.index] === kept.key ? kept.index : keys.indexOf(kept.key);
  if (here >= 0 && rows.id(kept.key) === kept.id) return here;
  let nearest = -1;
  if (kept.id !== '') {
    const distance = (place: number) => Math.abs(place - kept.index);
    // Few rows hold the text of the id: the others need not be parsed.
    const spelling = JSON.stringify(kept.id).slice(1, -1);
    for (const [place, key] of keys.entries()) {
      if (nearest >= 0 && distance(place) >= distance(nearest)) continue;
      if (rows.text(key).includes(spelling) && rows.id(key) === kept.id) nearest = place;
    }
  }
  return nearest >= 0 ? nearest : Math.min(Math.max(0, kept.index), keys.length - 1);
}
