import type { Message } from '../../../src/shared/prompt.ts';
import { tinyId } from '../tinyGguf.ts';
import type { TrueModel } from '../trueModel.ts';

/** A chat as the tiny template writes it, without BOS, up to where the assistant's turn begins. */
export function textOfChat(messages: readonly Message[]): string {
  const turns = messages.map(({ role, content }) => `<|${role}|>${content.trim()}<|end|>`);
  return `${turns.join('')}<|assistant|>`;
}

const SPECIAL = /<\|\w+\|>|<\/?s>/;

/** The ids of a text in which the names of special tokens are read as such. */
export async function tokenizeSpecial(model: TrueModel, text: string): Promise<number[]> {
  const ids: number[] = [];
  for (let rest = text; rest !== ''; ) {
    const match = SPECIAL.exec(rest);
    const plain = match ? rest.slice(0, match.index) : rest;
    if (plain !== '') ids.push(...(await model.tokenize(plain)));
    if (!match) break;
    ids.push(tinyId(match[0]));
    rest = rest.slice(match.index + match[0].length);
  }
  return ids;
}
