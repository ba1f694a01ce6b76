import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { scoreText } from '../../core/compare/scoreText.ts';
import type { Drift } from '../../shared/drift.ts';
import { fail } from '../../shared/failure.ts';
import { type Arguments, type Command, type Context, type ExitCode, required } from '../command.ts';
import { scoreDocument } from '../output/document.ts';
import { driftText } from '../output/driftText.ts';
import { createStyle, safeJson, wantsColour } from '../output/terminal.ts';
import { loadPair } from '../pairs.ts';
import { createProgress } from '../progress.ts';
import { JSON_OPTION, PAIR_OPTIONS, SCORING_OPTIONS, scoringOptions } from './shared.ts';

export const scoreCommand: Command = {
  name: 'score',
  summary: 'Score a text with both models of a pair: KL on every token, without a chat template.',
  usage: ['--pair NAME --text-file FILE [--pairs FILE] [--json]'],
  options: [
    ...PAIR_OPTIONS,
    {
      name: 'text-file',
      value: 'FILE',
      help: 'The text, UTF-8. It follows the begin-of-sequence token as it is.',
    },
    ...SCORING_OPTIONS,
    JSON_OPTION,
  ],
  details: `
--json prints {status, positions, summary}: media/schemas/score-output.schema.json.
Of models whose tokenizers differ there is no KL: what both give to the same stretches of text is printed instead.`,
  run: runScore,
};

async function runScore(args: Arguments, context: Context): Promise<ExitCode> {
  const name = required(args, 'pair');
  const file = required(args, 'text-file');
  const options = scoringOptions(args);
  const pair = loadPair(name, args.values.pairs, context);
  const text = await readText(resolve(context.cwd, file), file);

  const progress = createProgress(context.stderr);
  progress.show('Getting the models ready…');
  let drift: Drift;
  try {
    const open = await context.openPair(pair, { signal: context.signal, onProgress: progress.show });
    drift = await scoreText(open, text, options, context.signal);
  } finally {
    progress.clear();
  }
  if (drift.status === 'unavailable' && !drift.spans)
    fail('cannot-score', drift.reason ?? 'The text cannot be scored.');
  if (args.flags.has('json')) context.stdout.write(`${safeJson(scoreDocument(drift))}\n`);
  else {
    const style = createStyle(wantsColour(context.stdout.isTerminal, context.env));
    context.stdout.write(`${driftText(drift, 'the text', style, context.stdout.columns).trimEnd()}\n`);
  }
  return 0;
}

/** @throws FailureError `invalid-input` where it cannot be read, is no UTF-8, or is empty. */
async function readText(path: string, shown: string): Promise<string> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch (error) {
    return fail('invalid-input', `The text file ${shown} cannot be read: ${(error as Error).message}`);
  }
  return text === '' ? fail('invalid-input', `The text file ${shown} is empty.`) : text;
}
