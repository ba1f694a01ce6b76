import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { matching } from '../../../src/core/endpoints/matching.ts';
import type { Lineage } from '../../../src/shared/pair.ts';
import type { MatchingCheck, ServerIdentity } from '../../../src/shared/probe.ts';
import { bySide } from '../../../src/shared/side.ts';

const NOTHING_TOLD: ServerIdentity = {
  server: 'vLLM',
  version: null,
  model: null,
  contextLength: null,
  vocabularySize: null,
  parameters: null,
  quantization: null,
  chatTemplate: null,
  baseModels: [],
};

interface Told {
  baseline?: Partial<ServerIdentity>;
  reasoning?: Partial<ServerIdentity>;
  both?: Partial<ServerIdentity>;
  tokenizers?: string | null;
  lineage?: Lineage;
}

function check(id: MatchingCheck['id'], { both, tokenizers, lineage, ...told }: Told): MatchingCheck {
  const identities = bySide((side) => ({ ...NOTHING_TOLD, ...both, ...told[side] }));
  return matching(identities, tokenizers, lineage ?? null).find((found) => found.id === id)!;
}

const result = (id: MatchingCheck['id'], told: Told) => check(id, told).result;

describe('matching', () => {
  it('calls the same what both tell alike, and unknown what one leaves out', () => {
    for (const [id, value] of [
      ['parameters', { parameters: 7e9 }],
      ['vocabulary', { vocabularySize: 32_000 }],
      ['quantization', { quantization: 'Q4_K_M' }],
      ['context', { contextLength: 4096 }],
      ['chat-template', { chatTemplate: '{{ a }}' }],
      ['base-model', { baseModels: ['Qwen/Qwen2.5-7B'] }],
    ] as const) {
      const some = value as Partial<ServerIdentity>;
      assert.equal(result(id, { both: some }), 'same', id);
      assert.equal(result(id, { baseline: some }), 'unknown', id);
      assert.equal(result(id, {}), 'unknown', id);
    }
    assert.equal(result('tokenizer', { tokenizers: null }), 'same');
    assert.equal(result('tokenizer', {}), 'unknown');
  });

  it('says what differs', () => {
    const quantization = { baseline: { quantization: 'F16' }, reasoning: { quantization: 'Q4_K_M' } };
    assert.deepEqual(check('quantization', quantization).values, { baseline: 'F16', reasoning: 'Q4_K_M' });
    assert.equal(
      check('tokenizer', { tokenizers: 'emoji: 3 tokens in one and 2 in the other' }).detail,
      'emoji: 3 tokens in one and 2 in the other',
    );
    const template = check('chat-template', {
      baseline: { chatTemplate: '{{ bos }}{{ a }}' },
      reasoning: { chatTemplate: '{{ bos }}{{ b }}<think>' },
    });
    assert.equal(template.result, 'differs');
    assert.equal(template.detail, 'they part after 12 characters: "a }}" and "b }}<think>"');
    const longer = check('chat-template', {
      baseline: { chatTemplate: 'a' },
      reasoning: { chatTemplate: 'ab' },
    });
    assert.match(longer.detail!, /after 1 character: its end and "b"/);
  });

  it('knows one base model by the names that servers and files have for it', () => {
    const told = { baseline: { baseModels: ['Qwen/Qwen2.5-7B'] }, reasoning: { baseModels: ['Qwen2.5 7B'] } };
    assert.equal(result('base-model', told), 'same');
    assert.equal(
      result('base-model', { ...told, reasoning: { baseModels: ['Qwen2.5 Math 7B'] } }),
      'differs',
    );
  });

  it('knows a reasoning model that was made from the baseline itself', () => {
    const found = check('base-model', {
      baseline: { model: '/models/Qwen2.5-7B-Instruct.gguf', baseModels: ['Qwen2.5 7B'] },
      reasoning: { baseModels: ['Qwen/Qwen2.5-7B-Instruct'] },
    });
    assert.equal(found.result, 'same');
    assert.match(found.detail!, /made from the baseline itself/);
  });

  it('holds the declared lineage against what is told, and takes no declaration for a proof', () => {
    const lineage = { base: 'Qwen/Qwen2.5-7B', notes: 'by our lab' };
    assert.equal(result('lineage', { both: { baseModels: ['qwen2.5-7b'] }, lineage }), 'same');
    assert.equal(result('lineage', { baseline: { baseModels: ['qwen2.5-7b'] }, lineage }), 'unknown');
    assert.equal(result('lineage', { baseline: { baseModels: ['Llama-3-8B'] }, lineage }), 'differs');
    assert.equal(check('lineage', { lineage }).detail, 'declared: Qwen/Qwen2.5-7B; by our lab');
    assert.equal(result('lineage', { both: { baseModels: ['qwen2.5-7b'] } }), 'unknown');
  });
});
