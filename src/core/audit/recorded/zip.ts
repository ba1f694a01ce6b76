import zlib from 'node:zlib';
import type { ImportSource } from '../../formats/record.ts';

export interface ZipEntry {
  name: string;
  /** Unpacked. @throws Error where it is damaged, or packed in a way that is not known. */
  read(): Promise<Uint8Array>;
}

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const CENTRAL = 0x02014b50;
/** A field that is too large for 32 bits stands elsewhere. */
const ELSEWHERE = 0xffff_ffff;
/** Id of the extra field where it then stands. */
const EXTRA_64 = 1;
/** No single log of one sample is larger; what claims to be is a bomb. */
const MOST = 512e6;

/**
 * The entries of a zip archive by its central directory (PKWARE APPNOTE 4.3, with its 64-bit extension): stored,
 * deflated or zstd. Of entries with one name the last, which replaced those before it.
 * @throws Error where it is no such archive
 */
export async function readZip(source: ImportSource): Promise<ZipEntry[]> {
  const from = Math.max(0, source.size - 66_000);
  const tail = Buffer.from(await source.read(from, source.size));
  let end = tail.length - 22;
  while (end >= 0 && tail.readUInt32LE(end) !== END) end--;
  if (end < 0) throw new Error('it is no whole zip archive');
  const { start, size } = await directoryOf(source, tail, end);
  const directory = Buffer.from(await source.read(start, start + size));
  const entries = new Map<string, ZipEntry>();
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === CENTRAL; ) {
    const method = directory.readUInt16LE(at + 10);
    const nameEnd = at + 46 + directory.readUInt16LE(at + 28);
    const extraEnd = nameEnd + directory.readUInt16LE(at + 30);
    const name = directory.toString('utf8', at + 46, nameEnd);
    const large = largeFields(directory.subarray(nameEnd, extraEnd));
    const field = (offset: number) => {
      const value = directory.readUInt32LE(at + offset);
      return value === ELSEWHERE ? large() : value;
    };
    // In the order in which they stand in the extra field.
    const [size, packed, offset] = [field(24), field(20), field(42)];
    entries.set(name, { name, read: () => readEntry(source, { name, method, packed, size, offset }) });
    at = extraEnd + directory.readUInt16LE(at + 32);
  }
  return [...entries.values()];
}

/** Where the central directory stands. @param end of the tail where the end record begins */
async function directoryOf(
  source: ImportSource,
  tail: Buffer,
  end: number,
): Promise<{ start: number; size: number }> {
  const locator = end - 20;
  if (locator < 0 || tail.readUInt32LE(locator) !== LOCATOR_64) {
    return { start: tail.readUInt32LE(end + 16), size: tail.readUInt32LE(end + 12) };
  }
  const at = Number(tail.readBigUInt64LE(locator + 8));
  const record = Buffer.from(await source.read(at, at + 56));
  if (record.length < 56 || record.readUInt32LE(0) !== END_64) throw new Error('it is no whole zip archive');
  return { start: Number(record.readBigUInt64LE(48)), size: Number(record.readBigUInt64LE(40)) };
}

/** Hands out the 64-bit fields of an entry, one after another. */
function largeFields(extra: Buffer): () => number {
  let at = 0;
  while (at + 4 <= extra.length && extra.readUInt16LE(at) !== EXTRA_64) at += 4 + extra.readUInt16LE(at + 2);
  at += 4;
  return () => {
    if (at + 8 > extra.length) throw new Error('it is a damaged zip archive');
    at += 8;
    return Number(extra.readBigUInt64LE(at - 8));
  };
}

async function readEntry(
  source: ImportSource,
  {
    name,
    method,
    packed,
    size,
    offset,
  }: Record<'method' | 'packed' | 'size' | 'offset', number> & { name: string },
): Promise<Uint8Array> {
  if (size > MOST) throw new Error(`${name} is too large`);
  const local = Buffer.from(await source.read(offset, offset + 30));
  const begin = offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
  const bytes = await source.read(begin, begin + packed);
  const options = { maxOutputLength: Math.max(1, size) };
  if (method === 0) return bytes;
  if (method === 8) return zlib.inflateRawSync(bytes, options);
  if (method === 93) {
    // By property: Node before 22.15 has none, and a named import of it would not even load.
    if ('zstdDecompressSync' in zlib) return zstdFrames(bytes, size);
    throw new Error(`${name} is packed by zstd, which needs Node 22.15 or newer`);
  }
  throw new Error(`${name} is packed by method ${method}, which is not known here`);
}

/** Inspect cuts what is large into several frames, of which zlib unpacks one at a time. */
function zstdFrames(bytes: Uint8Array, size: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let left = size;
  for (let at = 0; at < bytes.length; ) {
    const options = { maxOutputLength: Math.max(1, left), info: true };
    // The types do not know what `info` adds.
    const unpacked = zlib.zstdDecompressSync(bytes.subarray(at), options) as unknown as Unpacked;
    parts.push(unpacked.buffer);
    left -= unpacked.buffer.length;
    at += unpacked.engine.bytesWritten;
  }
  return Buffer.concat(parts);
}

interface Unpacked {
  buffer: Buffer;
  /** How many bytes of its input it took. */
  engine: { bytesWritten: number };
}
