import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type GridColumn, nextSort, shownColumns, template } from '../../../webview/ui/grid/columns.ts';
import { cursorAfter } from '../../../webview/ui/grid/cursor.ts';
import { keyCommand } from '../../../webview/ui/grid/keys.ts';
import {
  countRows,
  eachRow,
  hasRow,
  movedRows,
  NO_ROWS,
  type RowRanges,
  rangesOf,
  toggledRow,
  withoutRows,
  withRows,
} from '../../../webview/ui/grid/ranges.ts';
import { RowCache } from '../../../webview/ui/grid/rowCache.ts';
import {
  afterScroll,
  drawnRows,
  lowestTop,
  scrollHeight,
  scrollTopAt,
  TALLEST,
  topAt,
  topToReveal,
} from '../../../webview/ui/grid/scroll.ts';
import { afterMove, afterRowsMoved, afterToggle } from '../../../webview/ui/grid/selection.ts';

describe('keys', () => {
  const press = (key: string, { row = 2, shiftKey = false, ctrlKey = false, selected = 1 } = {}) =>
    keyCommand(
      { key, shiftKey, ctrlKey, metaKey: false, altKey: false, isComposing: false },
      {
        cursor: { row, column: 1 },
        size: { rows: 10, columns: 3, page: 4 },
        navigation: 'cells',
        selected,
        canEdit: () => true,
      },
    );

  it('move, select, edit and sort', () => {
    assert.deepEqual(press('ArrowDown'), { kind: 'move', to: { row: 3, column: 1 }, selecting: 'only' });
    assert.deepEqual(press('ArrowRight'), { kind: 'move', to: { row: 2, column: 2 }, selecting: 'leave' });
    assert.deepEqual(press('End', { shiftKey: true, ctrlKey: true }), {
      kind: 'move',
      to: { row: 9, column: 2 },
      selecting: 'extend',
    });
    assert.deepEqual(press('x'), { kind: 'type', at: { row: 2, column: 1 }, text: 'x' });
    assert.deepEqual(press('Enter'), { kind: 'enter', at: { row: 2, column: 1 } });
    assert.deepEqual(press('Enter', { row: -1 }), { kind: 'sort', column: 1 });
    assert.deepEqual(press('ArrowLeft', { row: -1, shiftKey: true }), { kind: 'widen', column: 1, by: -16 });
  });

  it('are left to others where they ask nothing', () => {
    assert.equal(press('Enter', { ctrlKey: true }), null);
    assert.equal(press('Escape'), null);
    assert.equal(press('Escape', { selected: 2 })?.kind, 'move');
    assert.equal(press('x', { row: -1 }), null);
  });
});

describe('a selection', () => {
  const at = (row: number) => ({ row, column: 1 });
  const many = { count: 10, many: true };
  const three = { cursor: at(3), rows: [[3, 4]] as RowRanges, anchor: 3 };

  it('is extended from where it began, both ways', () => {
    const down = afterMove(three, at(6), 'extend', many);
    assert.deepEqual(down, { cursor: at(6), rows: [[3, 7]], anchor: 3 });
    assert.deepEqual(afterMove(down, at(1), 'extend', many).rows, [[1, 4]]);
    assert.deepEqual(afterMove(down, at(8), 'leave', many).rows, [[3, 7]]);
    assert.deepEqual(afterMove(three, at(6), 'extend', { ...many, many: false }).rows, [[6, 7]]);
  });

  it('gains and loses single rows', () => {
    assert.deepEqual(afterToggle(three, 5, true).rows, [
      [3, 4],
      [5, 6],
    ]);
    assert.deepEqual(afterToggle(three, 5, false).rows, [[5, 6]]);
    assert.deepEqual(afterToggle(three, 3, false).rows, []);
  });

  it('goes with its rows; in the place of an active row that is gone another is active', () => {
    assert.deepEqual(
      afterRowsMoved(three, (row) => row + 2, 12),
      { cursor: at(5), rows: [[5, 6]], anchor: 5 },
    );
    const gone = afterRowsMoved({ ...three, cursor: at(9) }, (row) => (row === 9 ? -1 : row), 9);
    assert.deepEqual(gone.cursor, at(8));
    assert.deepEqual(afterRowsMoved(three, () => -1, 0).cursor, at(-1));
  });
});

describe('ranges of rows', () => {
  it('behave as a set of numbers does, whatever is done to them', () => {
    const row = fc.nat(40);
    const step = fc.record({ what: fc.constantFrom('add', 'remove', 'toggle', 'reverse'), a: row, b: row });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        let ranges: RowRanges = NO_ROWS;
        let set = new Set<number>();
        for (const { what, a, b } of steps) {
          const [from, to] = [Math.min(a, b), Math.max(a, b)];
          if (what === 'add') {
            ranges = withRows(ranges, from, to);
            for (let i = from; i < to; i++) set.add(i);
          } else if (what === 'remove') {
            ranges = withoutRows(ranges, from, to);
            for (let i = from; i < to; i++) set.delete(i);
          } else if (what === 'toggle') {
            ranges = toggledRow(ranges, a);
            if (!set.delete(a)) set.add(a);
          } else {
            // Row a is taken out of the list, and the others are turned round.
            const moved = (i: number) => (i === a ? -1 : 40 - i);
            ranges = movedRows(ranges, moved);
            set = new Set([...set].map(moved).filter((i) => i >= 0));
          }
          const sorted = [...set].sort((x, y) => x - y);
          assert.deepEqual([...eachRow(ranges)], sorted);
          assert.deepEqual(ranges, rangesOf(set));
          assert.equal(countRows(ranges), set.size);
          for (let i = 0; i <= 40; i++) assert.equal(hasRow(ranges, i), set.has(i));
        }
      }),
    );
  });

  it('keep a gap between them, so that all of 100,000 rows are one', () => {
    const all = withRows(withRows([[0, 10]], 20, 100_000), 10, 20);
    assert.deepEqual(all, [[0, 100_000]]);
  });
});

describe('scrolling', () => {
  const short = { count: 100, rowHeight: 20, viewport: 300 };
  const endless = { count: 5_000_000, rowHeight: 24, viewport: 600 };

  it('is one to one while the list is no taller than an element can be', () => {
    assert.equal(scrollHeight(short), 2_000);
    assert.equal(topAt(1_234, short), 1_234);
    assert.equal(afterScroll(500, { scrollTop: 0, top: 0 }, short), 500);
    assert.equal(lowestTop(short), 1_700);
  });

  it('reaches both ends of a list that is drawn to scale, and comes back', () => {
    assert.equal(scrollHeight(endless), TALLEST);
    assert.equal(topAt(TALLEST - 600, endless), lowestTop(endless));
    for (const top of [0, 999, 60_000_000, lowestTop(endless)]) {
      assert.ok(Math.abs(topAt(scrollTopAt(top, endless), endless) - top) < 1e-3);
    }
  });

  it('moves such a list by as much as the wheel turns, and to scale where the bar is dragged', () => {
    const before = { scrollTop: 1_000, top: 10_000 };
    assert.equal(afterScroll(1_120, before, endless), 10_120);
    assert.equal(afterScroll(900, before, endless), 9_900);
    assert.equal(afterScroll(6_000_000, before, endless), topAt(6_000_000, endless));
    assert.equal(afterScroll(0, { scrollTop: 100, top: 900 }, endless), 0, 'the bar at its end is the end');
  });

  it('draws the rows in view and some beside them, never past the ends', () => {
    assert.deepEqual(drawnRows(0, short, 5), [0, 21]);
    assert.deepEqual(drawnRows(1_700, short, 5), [80, 100]);
    assert.deepEqual(drawnRows(0, { ...short, count: 0 }, 5), [0, 0]);
    assert.deepEqual(drawnRows(5_000, { ...short, count: 3 }, 5), [3, 3]);
  });

  it('goes no further than it takes to show a row', () => {
    assert.equal(topToReveal(3, 40, short), 40);
    assert.equal(topToReveal(1, 40, short), 20);
    assert.equal(topToReveal(20, 40, short), 120);
  });
});

describe('the cursor', () => {
  const size = { rows: 50, columns: 4, page: 10 };
  const at = (row: number, column: number) => ({ row, column });

  it('walks by cells, pages and ends, and stays inside', () => {
    const press = (key: string, from = at(5, 1), control = false) =>
      cursorAfter(key, control, from, size, 'cells');
    assert.deepEqual(press('ArrowDown'), at(6, 1));
    assert.deepEqual(press('ArrowDown', at(49, 1)), at(49, 1));
    assert.deepEqual(press('ArrowUp', at(0, 1)), at(-1, 1), 'into the head');
    assert.deepEqual(press('ArrowRight', at(5, 3)), at(5, 3));
    assert.deepEqual(press('PageUp'), at(0, 1));
    assert.deepEqual(press('PageDown', at(45, 1)), at(49, 1));
    assert.deepEqual(press('Home'), at(5, 0));
    assert.deepEqual(press('End', at(5, 1), true), at(49, 3));
    assert.deepEqual(press('ArrowUp', at(5, 1), true), at(0, 1));
    assert.equal(press('Enter'), null);
  });

  it('takes Home and End for the first and last row where rows are walked', () => {
    assert.deepEqual(cursorAfter('End', false, at(5, 1), size, 'rows'), at(49, 1));
    assert.deepEqual(cursorAfter('Home', false, at(5, 1), size, 'rows'), at(0, 1));
  });
});

describe('fetching rows', () => {
  const fill = (request: { from: number; to: number; receive(rows: string[]): void } | null) => {
    assert.ok(request);
    request.receive(Array.from({ length: request.to - request.from }, (_, i) => `row ${request.from + i}`));
  };

  it('asks once for what is in view, and for nothing that is here', () => {
    const cache = new RowCache<string>();
    const first = cache.ask(60, 100, 1_000);
    assert.deepEqual([first?.from, first?.to], [0, 64]);
    const second = cache.ask(60, 100, 1_000);
    assert.deepEqual([second?.from, second?.to], [64, 128]);
    assert.equal(cache.ask(60, 100, 1_000), null);
    fill(first);
    fill(second);
    assert.equal(cache.get(63), 'row 63');
    assert.equal(cache.ask(0, 128, 1_000), null);
    const last = cache.ask(990, 1_000, 1_000);
    assert.equal(last?.to, 1_000);
  });

  it('asks again for what was refused', () => {
    const cache = new RowCache<string>();
    cache.ask(0, 10, 10)?.giveUp();
    assert.ok(cache.ask(0, 10, 10));
  });

  it('shows what may be out of date until the new comes, and drops answers to old questions', () => {
    const cache = new RowCache<string>();
    fill(cache.ask(0, 10, 10));
    const old = cache.ask(5, 10, 10) ?? cache.ask(64, 65, 100);
    cache.outdate((index) => (index === 3 ? -1 : index > 3 ? index - 1 : index));
    assert.equal(cache.get(3), 'row 4');
    old?.receive(['late']);
    assert.equal(cache.get(64), undefined);
    const again = cache.ask(0, 9, 9);
    assert.deepEqual([again?.from, again?.to], [0, 9]);
  });

  it('forgets rows far from the reader rather than keeping a million', () => {
    const cache = new RowCache<string>();
    for (let from = 0; from < 640_000; from += 64) fill(cache.ask(from, from + 64, 640_000));
    assert.equal(cache.get(0), undefined);
    assert.equal(cache.get(639_999), 'row 639999');
  });
});

describe('columns', () => {
  const column = (id: string, rest: Partial<GridColumn<string>> = {}): GridColumn<string> => ({
    id,
    title: id,
    width: 100,
    render: (row) => row,
    ...rest,
  });

  it('are laid out as chosen, one of them taking what is left over', () => {
    const columns = [column('a'), column('b', { grows: true }), column('c', { shown: false })];
    const layout = { widths: { a: 10 }, shown: {} };
    assert.deepEqual(
      shownColumns(columns, layout).map(({ id }) => id),
      ['a', 'b'],
    );
    assert.deepEqual(template(shownColumns(columns, layout), layout), {
      tracks: '40px minmax(100px, 1fr)',
      width: 140,
    });
    assert.equal(shownColumns(columns, { widths: {}, shown: { c: true, a: false } }).length, 2);
  });

  it('sort one way, the other way, and not at all', () => {
    const kl = column('kl', { sortsFirst: 'descending' });
    const first = nextSort(kl, { column: 'a', direction: 'ascending' });
    assert.deepEqual(first, { column: 'kl', direction: 'descending' });
    const second = nextSort(kl, first);
    assert.deepEqual(second, { column: 'kl', direction: 'ascending' });
    assert.equal(nextSort(kl, second), null);
  });
});
