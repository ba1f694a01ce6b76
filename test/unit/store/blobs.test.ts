import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { decodePositions, encodePositions } from '../../../src/store/blobs.ts';
import { fakeDrift, fakeGeneration } from '../../fakes/runs.ts';

test('scores of a file that does not tell how long lists were are read all the same', () => {
  const [position] = fakeDrift(fakeGeneration('It is 4.')).positions;
  const bound = { ...position!, status: 'bound' as const, k: 20 };
  const blob = encodePositions([bound])!;
  assert.deepEqual(decodePositions(blob), [bound]);
  const before = deflateRawSync(inflateRawSync(blob).subarray(0, -1));
  assert.deepEqual(decodePositions(before), [{ ...bound, k: null }]);
});
