// A page with a grid on it, for grid.test.ts: rows come late, as from a host, and what the grid says is written down.
import { html } from 'lit';
import { eachRow, Grid } from '../../../webview/ui/grid/grid.ts';
import { adoptSheet } from '../../../webview/ui/sheet.ts';

adoptSheet(
  'html, body { height: 100%; margin: 0; font: 13px sans-serif } #box { height: 400px; width: 800px }',
);
const log = [];
const fetched = [];
const names = new Map();
const nameOf = (index) => names.get(index) ?? `name ${index}`;
let rowAt = (index) => ({ number: index, name: nameOf(index) });

const grid = new Grid({
  label: 'Test rows',
  columns: [
    {
      id: 'number',
      title: 'No.',
      width: 80,
      align: 'end',
      sortable: true,
      render: ({ number }) => String(number),
    },
    {
      id: 'name',
      title: 'Name',
      width: 200,
      grows: true,
      render: ({ name }) => html`<b>${name}</b>`,
      edit: ({ name }) => ({ kind: 'text', value: name, multiline: true }),
    },
    {
      id: 'kind',
      title: 'Kind',
      width: 100,
      render: ({ number }) => (number % 2 ? 'odd' : 'even'),
      edit: ({ number }) => ({
        kind: 'choice',
        value: number % 2 ? 'odd' : 'even',
        choices: ['odd', 'even'].map((value) => ({ value, label: value })),
      }),
    },
  ],
  checkboxes: true,
  fetch: (from, to) => {
    fetched.push([from, to]);
    const rows = Array.from({ length: to - from }, (_, at) => rowAt(from + at));
    return new Promise((resolve) => setTimeout(() => resolve(rows), 20));
  },
  empty: () => html`<p>Nothing here.</p>`,
  onSelect: ({ rows, active }) => log.push(['select', [...eachRow(rows)].slice(0, 20), active]),
  onActivate: (index, column) => log.push(['activate', index, column.id]),
  onSort: (sort) => log.push(['sort', sort]),
  onEdit: async ({ index, column, value }) => {
    log.push(['edit', index, column.id, value]);
    await new Promise((resolve) => setTimeout(resolve, 30));
    names.set(index, value);
    grid.update(index, rowAt(index));
  },
  onMenu: (_at, index) => log.push(['menu', index]),
});
const box = document.createElement('div');
box.id = 'box';
box.append(grid.element);
document.body.append(box);
window.test = { grid, log, fetched, rowAt: (other) => (rowAt = other) };
