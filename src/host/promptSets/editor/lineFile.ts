import { type FileHandle, open } from 'node:fs/promises';

/** Bytes that are read at once. */
const CHUNK = 1 << 20;
/** Rows between two places that are remembered: reading a row means reading at most so many. */
const STRIDE = 64;
/** Stretches of rows that are kept after they were read. */
const KEPT = 96;
const LF = 10;

/** A line of a file that is not blank. */
export interface FileRow {
  /** 0-based among the rows. */
  row: number;
  /** 0-based in the file. */
  line: number;
  text: string;
}

/**
 * The lines of a file too large to be held: where every {@link STRIDE}th stands is remembered (16 bytes each), and rows
 * are read as they are asked for. Lines end in LF or CRLF; blank ones are no rows.
 */
export class LineFile {
  readonly #handle: FileHandle;
  readonly #size: number;
  /** Of the first row of every stretch: where it begins in the file, and its line. */
  readonly #starts: { offset: number; line: number }[] = [];
  readonly #stretches = new Map<number, Promise<FileRow[]>>();
  #count = 0;
  /** Bytes that have been looked at. */
  #end = 0;

  private constructor(handle: FileHandle, size: number) {
    this.#handle = handle;
    this.#size = size;
  }

  /** @throws what opening a file throws */
  static async open(path: string): Promise<LineFile> {
    const handle = await open(path, 'r');
    const { size } = await handle.stat();
    return new LineFile(handle, size);
  }

  /** Rows found so far. */
  get count(): number {
    return this.#count;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  /** Looks for the rows, one chunk at a time; yields the share of the file that was looked at, 0 to 1. */
  async *index(): AsyncGenerator<number> {
    let line = 0;
    let start = 0;
    let inked = false;
    for await (const { bytes, offset } of this.#chunks()) {
      let at = 0;
      while (at < bytes.length) {
        const found = bytes.indexOf(LF, at);
        const end = found < 0 ? bytes.length : found;
        inked ||= isInked(bytes, at, end);
        this.#end = offset + end;
        if (found < 0) break;
        if (inked) this.#add(start, line);
        at = end + 1;
        start = offset + at;
        line++;
        inked = false;
      }
      yield (offset + bytes.length) / Math.max(1, this.#size);
    }
    this.#end = this.#size;
    if (inked) this.#add(start, line);
    yield 1;
  }

  /** Rows `[from, to)`, those that there are. */
  async read(from: number, to: number): Promise<FileRow[]> {
    const rows: FileRow[] = [];
    const last = Math.min(to, this.#count);
    for (let stretch = Math.floor(from / STRIDE); stretch * STRIDE < last; stretch++) {
      for (const each of await this.#stretch(stretch))
        if (each.row >= from && each.row < last) rows.push(each);
    }
    return rows;
  }

  /** Every row found so far, in order. */
  async *rows(): AsyncGenerator<FileRow> {
    for (let stretch = 0; stretch < this.#starts.length; stretch++) yield* await this.#load(stretch);
  }

  #add(offset: number, line: number): void {
    if (this.#count % STRIDE === 0) this.#starts.push({ offset, line });
    // The last stretch may have been read while it was shorter.
    else this.#stretches.delete(this.#starts.length - 1);
    this.#count++;
  }

  #stretch(index: number): Promise<FileRow[]> {
    const rows = this.#stretches.get(index) ?? this.#load(index);
    this.#stretches.delete(index);
    this.#stretches.set(index, rows);
    if (this.#stretches.size > KEPT) this.#stretches.delete(this.#stretches.keys().next().value!);
    return rows;
  }

  async #load(index: number): Promise<FileRow[]> {
    const { offset, line } = this.#starts[index]!;
    const end = this.#starts[index + 1]?.offset ?? this.#end;
    const bytes = Buffer.alloc(end - offset);
    await this.#handle.read(bytes, 0, bytes.length, offset);
    const rows: FileRow[] = [];
    for (const [at, text] of bytes.toString('utf8').split('\n').entries()) {
      if (rows.length === STRIDE || index * STRIDE + rows.length >= this.#count) break;
      const own = text.endsWith('\r') ? text.slice(0, -1) : text;
      if (hasInk(own)) rows.push({ row: index * STRIDE + rows.length, line: line + at, text: own });
    }
    return rows;
  }

  async *#chunks(): AsyncGenerator<{ bytes: Buffer; offset: number }> {
    for (let offset = 0; ; ) {
      const bytes = Buffer.allocUnsafe(CHUNK);
      const { bytesRead } = await this.#handle.read(bytes, 0, CHUNK, offset);
      if (bytesRead === 0) return;
      yield { bytes: bytes.subarray(0, bytesRead), offset };
      offset += bytesRead;
    }
  }
}

/** Whether there is anything but white space of ASCII: the same question of a line's bytes and of its text. */
function isInked(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at]! > 32) return true;
  return false;
}

function hasInk(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 32) return true;
  return false;
}
