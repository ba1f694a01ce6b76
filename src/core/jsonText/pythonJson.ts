/** A string, which is left alone, or a number that Python's `json` writes and JSON does not have. */
const STRING_OR_CONSTANT = /"(?:[^"\\]|\\.)*"|-?Infinity|NaN/gs;

/**
 * JSON as Python writes it: `NaN`, `Infinity` and `-Infinity` stand for numbers. −∞ and ∞ become the numbers, NaN null.
 * @throws SyntaxError where it is no JSON otherwise
 */
export function parsePythonJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // Past the range of a double: read back as ∞.
    const named: Record<string, string> = { NaN: 'null', Infinity: '1e999', '-Infinity': '-1e999' };
    const mended = text.replace(STRING_OR_CONSTANT, (found) => named[found] ?? found);
    if (mended === text) throw error;
    return JSON.parse(mended);
  }
}
