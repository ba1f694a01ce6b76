import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { elicitation } from '../../../src/core/pairs/models.ts';
import { parsePairFile } from '../../../src/core/pairs/pairFile.ts';

/** The baseline of a pair whose baseline has these fields too, and what is wrong with the file. */
function baseline(fields: object) {
  const pair = { baseline: { gguf: 'a.gguf', ...fields }, reasoning: { gguf: 'b.gguf' } };
  const text = JSON.stringify({ pairs: { p: pair } });
  const { pairs, problems } = parsePairFile(text);
  return {
    model: pairs[0]?.models.baseline,
    problems: problems.map(({ code, severity, span }) => [severity, code, text.slice(...span)]),
  };
}

describe('elicitTrace', () => {
  it('asks for a trace between the usual delimiters, and marks the model', () => {
    const { model, problems } = baseline({ elicitTrace: true });
    assert.deepEqual(problems, []);
    assert.deepEqual(model?.trace, ['<think>', '</think>']);
    assert.equal(model.elicited, elicitation(['<think>', '</think>']));
    assert.equal(model.system, model.elicited);
    assert.match(model.system!, /Begin with <think>.*end them with <\/think>/);
  });

  it('follows the model’s own system prompt, and asks for its own delimiters', () => {
    const { model } = baseline({ elicitTrace: true, system: 'Be brief.', trace: ['[[', ']]'] });
    assert.equal(model?.system, `Be brief.\n\n${elicitation(['[[', ']]'])}`);
    assert.deepEqual(model?.trace, ['[[', ']]']);
  });

  it('takes words of one’s own', () => {
    const elicitTrace = 'Think between <think> and </think>.';
    const { model, problems } = baseline({ elicitTrace });
    assert.deepEqual(problems, []);
    assert.equal(model?.system, elicitTrace);
    assert.equal(model.elicited, elicitTrace);
  });

  it('warns of words that name no delimiter', () => {
    const { model, problems } = baseline({ elicitTrace: 'Think first.' });
    assert.deepEqual(problems, [['warning', 'no-delimiters', '"Think first."']]);
    assert.equal(model?.elicited, 'Think first.');
  });

  it('is off where it says false, and wrong where it is neither', () => {
    const { model, problems } = baseline({ elicitTrace: false });
    assert.deepEqual(problems, []);
    assert.ok(model && !('elicited' in model) && model.trace === null && model.system === null);
    assert.deepEqual(baseline({ elicitTrace: 1 }).problems, [['error', 'wrong-type', '1']]);
    assert.deepEqual(baseline({ elicitTrace: ' ' }).problems, [['error', 'empty', '" "']]);
  });
});
