import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ALL_SAMPLES,
  DEFAULT_SETTINGS,
  isUnfiltered,
  restoreSettings,
  sampleQuery,
} from '../../../webview/report/settings.ts';

test('what the view kept comes back, and what another version kept does no harm', () => {
  const kept = {
    ...DEFAULT_SETTINGS,
    query: {
      ...ALL_SAMPLES,
      filter: 'flipped' as const,
      picked: { label: '3 from the plot', samples: [1, 4, 9] },
    },
    expanded: ['safety'],
    closedPlots: ['flips' as const],
    layout: { widths: { id: 90 }, shown: { trace: true } },
    sample: 7,
    scrollTop: 120,
  };
  assert.deepEqual(restoreSettings(JSON.parse(JSON.stringify({ ...kept, runs: ['file:///a'] }))), kept);
  assert.deepEqual(restoreSettings(null), DEFAULT_SETTINGS);
  assert.deepEqual(
    restoreSettings({
      query: { filter: 'gone', dimension: 3, text: 4, sort: 'x', descending: 'yes', picked: { label: 1 } },
      expanded: 'safety',
      closedPlots: [1, 'flips', 'sankey'],
      layout: { widths: { id: '90' }, shown: null },
      sample: '7',
    }),
    { ...DEFAULT_SETTINGS, closedPlots: ['flips'] },
  );
});

test('the host is asked for what narrows, and nothing else', () => {
  assert.deepEqual(sampleQuery(ALL_SAMPLES), { sort: 'set', descending: false });
  assert.ok(isUnfiltered({ ...ALL_SAMPLES, text: '  ', sort: 'drift' }));
  const query = {
    filter: 'regressed' as const,
    dimension: 'safety' as const,
    text: ' passport ',
    picked: { label: 'x', labels: { from: 'a', to: 'b' } },
    sort: 'drift' as const,
    descending: true,
  };
  assert.deepEqual(sampleQuery(query), {
    filter: 'regressed',
    dimension: 'safety',
    text: 'passport',
    labels: { from: 'a', to: 'b' },
    sort: 'drift',
    descending: true,
  });
  assert.ok(!isUnfiltered(query));
});
