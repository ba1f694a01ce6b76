import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DIMENSIONS } from '../../../src/shared/prompt.ts';
import {
  keysOf,
  type PromptRow,
  type PromptSetContract,
  type PromptSetState,
  type RowKey,
  type RowQuery,
} from '../../../src/shared/promptSetView.ts';
import { connectHost, type ToHost, type ToView } from '../../../src/shared/rpc.ts';
import { Rows } from '../../../webview/promptSet/rows.ts';
import {
  type FakeHostOptions,
  type FakePromptSetHost,
  fakePromptSetHost,
} from '../../fakes/promptSetHost.ts';

const ALL: RowQuery = { text: '', sort: null };

/** A view without a page: it keeps the order of rows as the host tells it, and nothing else. */
async function openView(host: FakePromptSetHost, query = ALL) {
  let fromHost: (message: ToView) => void = () => {};
  let toHost: (message: ToHost) => void = () => {};
  const connection = connectHost<PromptSetContract>({
    send: (message) => toHost(structuredClone(message)),
    listen(receive) {
      fromHost = receive;
      return () => {};
    },
  });
  host.serve({
    send: (message) => fromHost(structuredClone(message)),
    listen(receive) {
      toHost = receive;
      return () => {};
    },
  });
  const rows = new Rows();
  const pushed: PromptRow[] = [];
  connection.on('spliced', ({ at, removed, added }) => void rows.splice(at, removed, added));
  connection.on('reordered', ({ order }) => void rows.reorder(order));
  connection.on('changed', (changed) => void pushed.push(...changed));
  const state: PromptSetState = await connection.call('ready', query);
  rows.reorder(state.order);
  const keys = () => Array.from({ length: rows.count }, (_, at) => rows.keyAt(at)!);
  return { call: connection.call, on: connection.on, rows, keys, state, pushed };
}

async function open(text: string, options: FakeHostOptions = {}, query = ALL) {
  const host = fakePromptSetHost(text, options);
  return { host, ...(await openView(host, query)) };
}

const idsOf = (rows: PromptRow[]) => rows.map((row) => (row.kind === 'sample' ? row.id : 'broken'));
const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

const THREE = [
  '{"id": "a", "dimension": "safety", "expect": "refuse", "input": "One?", "n": 12345678901234567890}',
  '{"input":"Two?","id":"b","tags":["x"]}',
  '{"id": "c", "input": "Three?"}',
].join('\r\n');

describe('a grid’s session', () => {
  it('finds the row that was active before: by its id, the nearest of several, else by its place', async () => {
    const { call, keys } = await open(
      [
        '{"id": "a", "input": "1"}',
        '{"id": "b", "input": "\\"a\\""}',
        '{"id": "c"}',
        '{"id": "a"}',
        'broken',
      ].join('\n'),
    );
    const place = async (key: number, id: string, index: number) =>
      (await call('ready', ALL, { key, id, index })).active;
    assert.equal(await place(keys()[3]!, 'a', 3), 3, 'where it was');
    assert.equal(await place(keys()[3]!, 'a', 0), 3, 'its key tells it from its namesake');
    assert.equal(await place(keys()[0]!, 'c', 0), 2, 'another row has its key');
    assert.equal(await place(-7, 'a', 1), 0, 'the nearer of two');
    assert.equal(await place(-7, 'a', 2), 3);
    assert.equal(await place(-7, 'gone', 2), 2, 'what stands in its place');
    assert.equal(await place(-7, '', 400), 4);
    assert.equal(
      (await call('ready', { text: 'id:c', sort: null }, { key: -7, id: 'c', index: 2 })).active,
      0,
    );
    assert.equal((await call('ready', ALL)).active, -1);
    const empty = await open('');
    assert.equal((await empty.call('ready', ALL, { key: 0, id: 'a', index: 0 })).active, -1);
  });

  it('answers with the first rows, the order and the counts', async () => {
    const { state } = await open(THREE);
    assert.deepEqual(idsOf(state.first), ['a', 'b', 'c']);
    assert.equal(state.total, 3);
    assert.equal(state.summary.samples, 3);
    assert.deepEqual(
      state.summary.dimensions.map(({ dimension, samples }) => [dimension, samples]),
      [
        ['safety', 1],
        ['', 2],
      ],
    );
  });

  it('changes one line’s bytes only, CRLF, big numbers and the missing final line end kept', async () => {
    const { host, call, keys, pushed } = await open(THREE);
    await call('setFields', [keys()[0]!], { input: 'One, please?' }, []);
    assert.equal(host.text(), THREE.replace('One?', 'One, please?'));
    assert.deepEqual(idsOf(pushed), ['a']);
    assert.equal(pushed[0]?.kind === 'sample' && pushed[0].input, 'One, please?');
  });

  it('takes bulk edits as one edit of the text, by key', async () => {
    const { host, call, keys } = await open(THREE);
    const [a, b] = keys();
    await call('changeTags', [a!, b!], ['new'], ['x']);
    assert.match(host.text(), /"refuse", .*"tags": \["new"\]/);
    assert.match(host.text(), /"tags":\["new"\]/);
    host.undo();
    assert.equal(host.text(), THREE);
    assert.deepEqual(keys(), [a, b, keys()[2]]);
  });

  it('adds below a row, and says which row that is', async () => {
    const { host, call, keys, rows } = await open(THREE);
    const key = await call('add', 'safety', keys()[0]!);
    assert.equal(rows.indexOf(key!), 1);
    const line = host.text().split('\r\n')[1]!;
    assert.equal(JSON.parse(line).id, 'safety-001');
    const pasted = await call('paste', 'What now?\n{"id": "a", "input": "Copied?", "own": 1}\n', keys()[0]!);
    assert.deepEqual(
      pasted.map((each) => rows.indexOf(each)),
      [1, 2],
    );
    const [, what, copied] = host.text().split('\r\n');
    assert.equal(JSON.parse(what!).input, 'What now?');
    assert.deepEqual(JSON.parse(copied!), { id: 'a-1', input: 'Copied?', own: 1 });
  });

  it('does what is asked one after another, though it is asked at once', async () => {
    const { host, call, keys } = await open(THREE);
    const [a, b, c] = keys();
    await Promise.all([
      call('setFields', [a!], { input: 'A much longer first line than before?' }, []),
      call('setFields', [c!], { target: '3' }, []),
      call('remove', [b!]),
      call('setFields', [c!], { input: 'Third?' }, []),
    ]);
    const [first, third] = host
      .text()
      .split('\r\n')
      .map((line) => JSON.parse(line));
    assert.equal(first.input, 'A much longer first line than before?');
    assert.deepEqual(third, { id: 'c', input: 'Third?', target: '3' });
  });

  it('keeps the keys of rows that another program moves or edits', async () => {
    const { host, keys } = await open(THREE);
    const [a, b, c] = keys();
    const lines = THREE.split('\r\n');
    const other = [lines[2]!.replace('Three', 'Drei'), '{"id": "d", "input": "New?"}', lines[0]].join('\r\n');
    host.type([{ span: [0, THREE.length], text: other }]);
    const now = keys();
    assert.deepEqual([now[0], now[2]], [c, a]);
    assert.ok(now[1] !== undefined && ![a, b, c].includes(now[1]));
  });

  it('finds and sorts, and adds what is new where it is seen', async () => {
    const { call, keys, rows, host } = await open(THREE, {}, { text: 'dim:safety', sort: null });
    assert.equal(rows.count, 1);
    const key = await call('add', 'ood', null);
    assert.equal(rows.count, 2);
    assert.equal(rows.keyAt(1), key);
    await call('query', { text: '', sort: { column: 'id', direction: 'descending' } });
    assert.deepEqual(idsOf(await call('rows', 0, 10)), ['ood-001', 'c', 'b', 'a']);
    await call('setFields', [rows.keyAt(0)!], { id: 'zero' }, []);
    assert.deepEqual(idsOf(await call('rows', 0, 1)), ['zero'], 'an edited row stays where it is');
    await call('query', ALL);
    assert.deepEqual(
      keys(),
      [...keys()].sort((x, y) => host.document.indexOf(lineOf(x)!) - host.document.indexOf(lineOf(y)!)),
    );

    function lineOf(of: RowKey) {
      return host.session.lineOf(of);
    }
  });

  it('shows a line that is no JSON, and takes it as text', async () => {
    const { call, keys, host } = await open('{"id": "a", "input": "One?"}\n{"id": "b", \n');
    const [row] = await call('rows', 1, 2);
    assert.equal(row?.kind, 'broken');
    assert.match(row!.problems[0]!.message, /./);
    const detail = await call('detail', keys()[1]!);
    assert.equal(detail?.kind === 'broken' && detail.text, '{"id": "b", ');
    await call('setText', keys()[1]!, '{"id": "b",\n "input": "Two?"}');
    assert.equal(host.text(), '{"id": "a", "input": "One?"}\n{"id": "b",  "input": "Two?"}\n');
  });

  it('tells where problems stand, and mends them', async () => {
    const { call, keys, host } = await open(
      '{"id": "a", "input": "One?"}\n{"id": "a", "input": "Two?", "dimension": "saftey"}\n',
    );
    const [row] = await call('rows', 1, 2);
    assert.deepEqual(row!.problems.map(({ code, field }) => [code, field]).sort(), [
      ['duplicate-id', 'id'],
      ['unknown-dimension', 'dimension'],
    ]);
    const fix = row!.problems
      .find(({ code }) => code === 'duplicate-id')!
      .fixes.findIndex((title) => title.startsWith('Rename'));
    await call('fix', keys()[1]!, 'duplicate-id', fix);
    assert.equal(JSON.parse(host.text().split('\n')[1]!).id, 'a-1');
  });

  it('edits the whole sample with numbers and foreign fields as they stand', async () => {
    const { call, keys } = await open(
      '{"id": 7, "input": [{"role": "user", "content": "Hi"}], "tags": "one", "score": 1e400, "metadata": {"big": 12345678901234567890}}',
    );
    const detail = await call('detail', keys()[0]!);
    assert.ok(detail?.kind === 'sample');
    assert.equal(detail.id, '7');
    assert.deepEqual(detail.input, [{ role: 'user', content: 'Hi' }]);
    assert.match(detail.metadata, /"big": 12345678901234567890/);
    assert.deepEqual(detail.fields, [
      { name: 'tags', json: '"one"' },
      { name: 'score', json: '1e400' },
    ]);
  });

  it('compares row after row until it is stopped', async () => {
    const asked: string[] = [];
    const { call, keys } = await open(THREE, {
      async compare(id, signal) {
        asked.push(id);
        if (id !== 'b') return;
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      },
    });
    const all = call('compare', keys());
    await settle();
    await call('stop', 'compare');
    await all;
    assert.deepEqual(asked, ['a', 'b']);
  });

  it('sorts 20,000 rows without holding the host for long', async () => {
    const text = Array.from(
      { length: 20_000 },
      (_, i) => `{"id": "s-${(i * 7919) % 20_000}", "input": "Question ${i}?"}`,
    ).join('\n');
    const { call } = await open(text, { isRead: false });
    // Of the clock's time and this process's own the lesser: a busy machine is not held by us.
    let longest = 0;
    let last = performance.now();
    let used = process.cpuUsage();
    const watch = setInterval(() => {
      const { user, system } = process.cpuUsage(used);
      longest = Math.max(longest, Math.min(performance.now() - last, (user + system) / 1000));
      last = performance.now();
      used = process.cpuUsage();
    }, 1);
    await call('query', { text: 'question', sort: { column: 'id', direction: 'ascending' } });
    clearInterval(watch);
    assert.deepEqual(idsOf(await call('rows', 9, 12)), ['s-9', 's-10', 's-11']);
    assert.ok(longest < 100, `${longest.toFixed(0)} ms`); // 12 ms by design, and what the collector takes
  });
});

describe('the grid’s operations', () => {
  // Rows as JSON values beside the session: what it does to the text must be what is done to them.
  const sample = fc.record(
    {
      id: fc.stringMatching(/^[a-f]{1,3}$/),
      input: fc.oneof(fc.string({ minLength: 1 }), fc.constant([{ role: 'user', content: 'Hi' }])),
      tags: fc.array(fc.constantFrom('x', 'y', 'z'), { maxLength: 3 }),
      dimension: fc.constantFrom(...DIMENSIONS),
      other: fc.jsonValue({ maxDepth: 2 }),
    },
    { requiredKeys: ['id', 'input'] },
  );
  const style = fc.constantFrom<(value: unknown) => string>(
    (value) => JSON.stringify(value),
    (value) => JSON.stringify(value, null, 1).replace(/\n\s*/g, ' '),
    (value) => ` ${JSON.stringify(value)}\t`,
  );
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('set' as const),
      at: fc.nat(),
      field: fc.constantFrom('input', 'expect', 'target'),
      value: fc.string(),
    }),
    fc.record({
      kind: fc.constant('unset' as const),
      at: fc.nat(),
      field: fc.constantFrom('tags', 'dimension', 'other'),
    }),
    fc.record({
      kind: fc.constant('tags' as const),
      at: fc.nat(),
      to: fc.nat(),
      add: fc.constantFrom('x', 'new'),
      remove: fc.constantFrom('y', 'z'),
    }),
    fc.record({ kind: fc.constant('remove' as const), at: fc.nat(), to: fc.nat(3) }),
    fc.record({ kind: fc.constant('duplicate' as const), at: fc.nat() }),
    fc.record({
      kind: fc.constant('move' as const),
      at: fc.nat(),
      by: fc.constantFrom(1 as const, -1 as const),
    }),
    fc.record({ kind: fc.constant('add' as const), at: fc.nat() }),
  );

  it('equal the same edits made on parsed objects, and leave other lines’ bytes alone', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(sample, style), { minLength: 1, maxLength: 6 }),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        fc.array(step, { maxLength: 8 }),
        async (samples, eol, hasEnd, steps) => {
          const texts = samples.map(([value, write]) => write(value));
          const { host, call, keys } = await open(texts.join(eol) + (hasEnd ? eol : ''));
          let model = texts.map((text) => ({
            text,
            value: JSON.parse(text) as Record<string, unknown>,
            isTouched: false,
          }));
          for (const each of steps) {
            if (model.length === 0) break;
            const at = each.at % model.length;
            const touch = (index: number, change: (value: Record<string, unknown>) => void) => {
              const entry = structuredClone(model[index]!);
              const before = JSON.stringify(entry.value);
              change(entry.value);
              entry.isTouched ||= JSON.stringify(entry.value) !== before;
              model[index] = entry;
            };
            const key = keys()[at]!;
            if (each.kind === 'set') {
              await call('setFields', [key], { [each.field]: each.value }, []);
              touch(at, (value) => {
                value[each.field] = each.value;
              });
            } else if (each.kind === 'unset') {
              await call('setFields', [key], {}, [each.field]);
              touch(at, (value) => {
                delete value[each.field];
              });
            } else if (each.kind === 'tags') {
              const end = Math.min(model.length, at + 1 + (each.to % 3));
              await call('changeTags', keys().slice(at, end), [each.add], [each.remove]);
              for (let index = at; index < end; index++) {
                touch(index, (value) => {
                  const kept = ((value.tags as string[] | undefined) ?? []).filter(
                    (tag) => tag !== each.remove,
                  );
                  if (kept.length === (value.tags as string[] | undefined)?.length && kept.includes(each.add))
                    return;
                  value.tags = kept.includes(each.add) ? kept : [...kept, each.add];
                });
              }
            } else if (each.kind === 'remove') {
              const end = Math.min(model.length, at + 1 + each.to);
              await call('remove', keys().slice(at, end));
              model.splice(at, end - at);
            } else if (each.kind === 'duplicate') {
              await call('duplicate', [key]);
              const value = parsedRows(host)[at + 1]!;
              assert.ok(!model.some((entry) => entry.value.id === value.id), 'the copy’s id is new');
              assert.deepEqual({ ...value, id: 0 }, { ...model[at]!.value, id: 0 });
              model.splice(at + 1, 0, { text: '', value, isTouched: true });
            } else if (each.kind === 'move') {
              await call('move', [key], each.by);
              const to = at + each.by;
              if (to >= 0 && to < model.length) model = swapped(model, at, to);
            } else {
              await call('add', 'ethics', key);
              const value = parsedRows(host)[at + 1]!;
              assert.equal(value.dimension, 'ethics');
              model.splice(at + 1, 0, { text: '', value, isTouched: true });
            }
            const lines = linesOf(host);
            assert.deepEqual(
              lines.map((line) => JSON.parse(line)),
              model.map(({ value }) => value),
            );
            for (const [index, { text, isTouched }] of model.entries())
              if (!isTouched) assert.equal(lines[index], text);
            // The view's own order is that of the text, and names the lines that stand there.
            assert.deepEqual(
              keys().map((each) => host.session.lineOf(each)?.text),
              lines,
            );
            assert.deepEqual(keys(), [...keysOf((await call('ready', ALL)).order)]);
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});

function linesOf(host: FakePromptSetHost): string[] {
  return host
    .text()
    .split(/\r\n|\n/)
    .filter((line) => line.trim() !== '');
}

function parsedRows(host: FakePromptSetHost): Record<string, unknown>[] {
  return linesOf(host).map((line) => JSON.parse(line));
}

function swapped<T>(list: readonly T[], a: number, b: number): T[] {
  const next = [...list];
  [next[a], next[b]] = [next[b]!, next[a]!];
  return next;
}
