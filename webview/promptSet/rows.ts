import { keysOf, type RowKey, type RowOrder } from '../../src/shared/promptSetView.ts';

/** The keys of the rows in their order, as the view holds them. */
export class Rows {
  #keys: Uint32Array = new Uint32Array(0);

  get count(): number {
    return this.#keys.length;
  }

  keyAt(index: number): RowKey | undefined {
    return this.#keys[index];
  }

  /** −1: the row is not among them. */
  indexOf(key: RowKey): number {
    return this.#keys.indexOf(key);
  }

  /** Another order. Returns where a row is now, by where it was; negative: it is gone. */
  reorder(order: RowOrder): (index: number) => number {
    return this.#become(keysOf(order));
  }

  /** In the order, rows stand in the place of others. @see reorder */
  splice(at: number, removed: number, added: RowOrder): (index: number) => number {
    const fresh = keysOf(added);
    const before = this.#keys;
    const keys = new Uint32Array(before.length - removed + fresh.length);
    keys.set(before.subarray(0, at));
    keys.set(fresh, at);
    keys.set(before.subarray(at + removed), at + fresh.length);
    const moved = this.#become(keys);
    // Most rows only make room: no need to look them up.
    return (index) =>
      index < at ? index : index >= at + removed ? index - removed + fresh.length : moved(index);
  }

  #become(keys: Uint32Array): (index: number) => number {
    const before = this.#keys;
    this.#keys = keys;
    let places: Map<RowKey, number> | null = null;
    return (index) => {
      const key = before[index];
      if (key === undefined) return -1;
      if (keys[index] === key) return index;
      if (!places) {
        places = new Map();
        for (const [place, each] of keys.entries()) places.set(each, place);
      }
      return places.get(key) ?? -1;
    };
  }
}
