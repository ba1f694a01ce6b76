import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deflateRawSync, zstdCompressSync } from 'node:zlib';
import { mostPerSample } from '../../../src/core/audit/recorded/importRecorded.ts';
import { type Recorded, readRecorded } from '../../../src/core/audit/recorded/read.ts';
import type { ImportSource } from '../../../src/core/formats/record.ts';
import { driftscope } from '../cli/commandLine.ts';

function source(content: string | Uint8Array): ImportSource {
  const bytes = Buffer.from(content as string);
  return {
    name: 'file',
    size: bytes.length,
    async *stream() {
      for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
    },
    read: async (start, end) => bytes.subarray(start, end),
  };
}

async function read(content: string | Uint8Array): Promise<{ recorded: Recorded[]; faults: string[] }> {
  const result = { recorded: [] as Recorded[], faults: [] as string[] };
  for await (const entry of readRecorded(source(content))) {
    if (entry.kind === 'recorded') result.recorded.push(entry.value);
    else result.faults.push(`${entry.where}: ${entry.reason}`);
  }
  return result;
}

const lines = (...values: unknown[]) => values.map((value) => JSON.stringify(value)).join('\n');
const plain = { position: null, k: null, trace: null, finish: 'stop' };

interface ZipKind {
  /** With the 64-bit extension, as if it were larger than 4 GB. */
  large?: boolean;
  /** In two frames, as Inspect cuts large ones. */
  zstd?: boolean;
}

/** A zip archive as APPNOTE 4.3 lays it out. */
function zip(
  files: readonly (readonly [name: string, text: string])[],
  { large, zstd }: ZipKind = {},
): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  const frames = (text: string) => {
    const bytes = Buffer.from(text);
    return [bytes.subarray(0, 5), bytes.subarray(5)].map((part) => zstdCompressSync(part));
  };
  for (const [name, text] of files) {
    const packed = zstd ? Buffer.concat(frames(text)) : deflateRawSync(text);
    const size = Buffer.byteLength(text);
    const extra = Buffer.alloc(large ? 28 : 0);
    if (large) {
      extra.writeUInt16LE(1, 0);
      extra.writeUInt16LE(24, 2);
      for (const [at, value] of [size, packed.length, offset].entries())
        extra.writeBigUInt64LE(BigInt(value), 4 + 8 * at);
    }
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(zstd ? 93 : 8, 10);
    entry.writeUInt32LE(large ? 0xffffffff : packed.length, 20);
    entry.writeUInt32LE(large ? 0xffffffff : size, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt16LE(extra.length, 30);
    entry.writeUInt32LE(large ? 0xffffffff : offset, 42);
    parts.push(local, Buffer.from(name), packed);
    directory.push(entry, Buffer.from(name), extra);
    offset += 30 + name.length + packed.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  if (!large) {
    end.writeUInt32LE(size, 12);
    end.writeUInt32LE(offset, 16);
    return Buffer.concat([...parts, ...directory, end]);
  }
  for (const at of [12, 16]) end.writeUInt32LE(0xffffffff, at);
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(BigInt(size), 40);
  record.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(offset + size), 8);
  return Buffer.concat([...parts, ...directory, record, locator, end]);
}

const inspectSample = (id: string | number, epoch: number, content: unknown) => ({
  id,
  epoch,
  input: 'x',
  output: { model: 'm', choices: [{ message: { role: 'assistant', content }, stop_reason: 'stop' }] },
});

/** A log whose second sample was written twice; Python writes NaN; a long text stands apart. */
const EVAL = [
  ['header.json', '{}'],
  ['samples/7_epoch_1.json', JSON.stringify(inspectSample(7, 1, 'x'))],
  ['samples/7_epoch_2.json', JSON.stringify(inspectSample(7, 2, 'of before'))],
  [
    'samples/7_epoch_2.json',
    JSON.stringify({
      ...inspectSample(7, 2, [
        { type: 'reasoning', reasoning: 'attachment://c0ffee' },
        { type: 'text', text: 'y' },
      ]),
      attachments: { c0ffee: 'hm' },
      total_time: 'Not a number',
    }).replace('"Not a number"', 'NaN'),
  ],
] as const;

describe('recorded responses are read', () => {
  test('from lines of {id, response}', async () => {
    const { recorded, faults } = await read(
      `${lines({ id: 1, response: 'a' }, { id: 'b', response: ['x', 'y'], trace: 'hm' })}\n{"id": 2}\nno json\n`,
    );
    assert.deepEqual(recorded, [
      { ...plain, id: '1', text: 'a' },
      { ...plain, id: 'b', text: 'x', k: 0, trace: 'hm' },
      { ...plain, id: 'b', text: 'y', k: 1, trace: 'hm' },
    ]);
    assert.equal(faults.length, 2);
    assert.match(faults[0]!, /^line 3: it has no “response”/);
  });

  test('from lm-eval’s samples', async () => {
    const { recorded } = await read(
      lines(
        { doc_id: 4, doc: { question: '?' }, resps: [['one', 'two']], filtered_resps: ['1'] },
        { doc_id: 5, doc: { id: 'z' }, resps: [['three']] },
      ),
    );
    assert.deepEqual(recorded, [
      { ...plain, id: null, position: 4, k: 0, text: 'one' },
      { ...plain, id: null, position: 4, k: 1, text: 'two' },
      { ...plain, id: 'z', position: 5, text: 'three' },
    ]);
  });

  test('from OpenAI’s batch output, failed lines told', async () => {
    const ok = {
      custom_id: 'a',
      response: {
        status_code: 200,
        body: { choices: [{ finish_reason: 'length', message: { content: 'x', reasoning_content: 'hm' } }] },
      },
    };
    const bad = {
      custom_id: 'b',
      response: { status_code: 500, body: { error: { message: 'Overloaded.' } } },
    };
    const { recorded, faults } = await read(lines(ok, bad));
    assert.deepEqual(recorded, [{ ...plain, id: 'a', text: 'x', trace: 'hm', finish: 'length' }]);
    assert.deepEqual(faults, ['line 2: b failed: Overloaded.']);
  });

  for (const [name, content] of [
    [
      '.json',
      JSON.stringify(
        {
          version: 2,
          status: 'success',
          eval: {},
          samples: [
            inspectSample(7, 1, 'x'),
            inspectSample(7, 2, [
              { type: 'reasoning', reasoning: 'hm' },
              { type: 'text', text: 'y' },
            ]),
          ],
        },
        null,
        2,
      ),
    ],
    ['.eval', zip(EVAL)],
    ['zstd .eval', zip(EVAL, { zstd: true })],
    ['very large .eval', zip(EVAL, { large: true })],
  ] as const) {
    test(`from Inspect’s ${name} logs`, async () => {
      const { recorded } = await read(content);
      assert.deepEqual(recorded, [
        { ...plain, id: '7', k: 0, text: 'x' },
        { ...plain, id: '7', k: 1, text: 'y', trace: 'hm' },
      ]);
      assert.equal(await mostPerSample(readRecorded(source(content))), 2);
    });
  }

  test('or the file is refused', async () => {
    await assert.rejects(read('PK\u0003\u0004 not a zip'), /no whole zip/);
    await assert.rejects(read('{"version": 2, "samples": 3}'), /no list of samples/);
  });
});

describe('import-generations', () => {
  const set = lines(
    { id: 'a', input: '1+1?', target: '2', dimension: 'reasoning' },
    { id: 'b', input: '2+2?', target: '4', dimension: 'reasoning' },
  );
  const files = {
    'set.prompts.jsonl': set,
    'base.jsonl': lines(
      { id: 'a', response: '3' },
      { id: 'b', response: '4' },
      { id: 'stranger', response: '9' },
    ),
    'reason.jsonl': lines(
      { doc_id: 0, doc: {}, resps: [['<think>one and one</think>2']] },
      { doc_id: 1, doc: {}, resps: [['<think>hm</think>4']] },
    ),
  };

  test('makes a run that reports like any other', async (t) => {
    const args = [
      '--set',
      'set.prompts.jsonl',
      '--baseline',
      'base.jsonl',
      '--reasoning',
      'reason.jsonl',
      '-o',
      'run.drift',
    ];
    const made = await driftscope(t, ['import-generations', ...args], { files });
    assert.deepEqual([made.code, made.stdout], [0, 'run.drift: 4 of 4 generations, 1 could not be taken.\n']);
    assert.match(made.stderr, /base\.jsonl: stranger: the prompt set has no such sample/);
  });

  test('says which file cannot be read', async (t) => {
    const args = [
      '--set',
      'set.prompts.jsonl',
      '--baseline',
      'base.jsonl',
      '--reasoning',
      'gone.jsonl',
      '-o',
      'run.drift',
    ];
    const made = await driftscope(t, ['import-generations', ...args], { files });
    assert.equal(made.code, 1);
    assert.match(made.stderr, /gone\.jsonl cannot be read/);
  });
});
