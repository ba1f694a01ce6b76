import { closeSync, openSync, writeSync } from 'node:fs';

/** A tensor of a GGUF file. */
export interface GgufTensor {
  name: string;
  /** Innermost dimension first, as in the file. */
  shape: readonly number[];
  type: 'f32' | 'f16';
  /** Its bytes, in as many pieces as are handy. Little-endian. */
  data(): Iterable<Uint8Array>;
}

/** A value of a GGUF file's metadata, with the type that readers expect. */
export type GgufValue =
  | { u32: number }
  | { f32: number }
  | { bool: boolean }
  | { string: string }
  | { strings: readonly string[] }
  | { f32s: readonly number[] }
  | { u32s: readonly number[] };

const TENSOR_TYPES = { f32: { code: 0, size: 4 }, f16: { code: 1, size: 2 } } as const;
const ALIGNMENT = 32;

/** The pieces of a GGUF file (version 3), in order. */
export function* gguf(
  metadata: readonly (readonly [key: string, value: GgufValue])[],
  tensors: readonly GgufTensor[],
): Generator<Uint8Array> {
  const head = new Bytes();
  head.raw(Buffer.from('GGUF'));
  head.u32(3);
  head.u64(tensors.length);
  head.u64(metadata.length);
  for (const [key, value] of metadata) {
    head.string(key);
    writeValue(head, value);
  }
  let offset = 0;
  for (const tensor of tensors) {
    head.string(tensor.name);
    head.u32(tensor.shape.length);
    for (const size of tensor.shape) head.u64(size);
    head.u32(TENSOR_TYPES[tensor.type].code);
    head.u64(offset);
    offset += aligned(sizeOf(tensor));
  }
  const bytes = head.toBuffer();
  yield bytes;
  yield padding(bytes.length);
  for (const tensor of tensors) {
    yield* tensor.data();
    yield padding(sizeOf(tensor));
  }
}

/** Writes a file that need not fit into memory. */
export function writeGguf(path: string, ...parts: Parameters<typeof gguf>): void {
  const file = openSync(path, 'w');
  try {
    for (const piece of gguf(...parts)) {
      for (let at = 0; at < piece.length; ) at += writeSync(file, piece, at);
    }
  } finally {
    closeSync(file);
  }
}

function sizeOf({ shape, type }: GgufTensor): number {
  return shape.reduce((product, size) => product * size, 1) * TENSOR_TYPES[type].size;
}

function aligned(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}

function padding(length: number): Uint8Array {
  return new Uint8Array(aligned(length) - length);
}

function writeValue(out: Bytes, value: GgufValue): void {
  const list = <T>(type: number, items: readonly T[], write: (item: T) => void) => {
    out.u32(9);
    out.u32(type);
    out.u64(items.length);
    for (const item of items) write(item);
  };
  if ('u32' in value) {
    out.u32(4);
    out.u32(value.u32);
  } else if ('f32' in value) {
    out.u32(6);
    out.f32(value.f32);
  } else if ('bool' in value) {
    out.u32(7);
    out.raw(Buffer.from([value.bool ? 1 : 0]));
  } else if ('string' in value) {
    out.u32(8);
    out.string(value.string);
  } else if ('strings' in value) list(8, value.strings, (text) => out.string(text));
  else if ('f32s' in value) list(6, value.f32s, (number) => out.f32(number));
  else list(5, value.u32s, (number) => out.u32(number));
}

class Bytes {
  readonly #parts: Buffer[] = [];

  raw(bytes: Buffer): void {
    this.#parts.push(bytes);
  }
  #number(size: number, write: (buffer: Buffer) => void): void {
    const buffer = Buffer.alloc(size);
    write(buffer);
    this.raw(buffer);
  }
  u32(value: number): void {
    this.#number(4, (b) => b.writeUInt32LE(value));
  }
  u64(value: number): void {
    this.#number(8, (b) => b.writeBigUInt64LE(BigInt(value)));
  }
  f32(value: number): void {
    this.#number(4, (b) => b.writeFloatLE(value));
  }
  string(text: string): void {
    const bytes = Buffer.from(text);
    this.u64(bytes.length);
    this.raw(bytes);
  }
  toBuffer(): Buffer {
    return Buffer.concat(this.#parts);
  }
}
