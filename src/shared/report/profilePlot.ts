import type { DriftMean, DriftProfile, DriftSeries } from '../audit.ts';
import { INFINITE_NATS } from '../drift.ts';
import { nats } from './figures.ts';
import { linear, mark, type Picture, px, type Shape, ticks } from './picture.ts';

const LEFT = 40;
const RIGHT = 64;

/** Mean KL by position within trace and answer, with intervals: where along a text the models part. */
export function positionPicture({ series }: DriftProfile, width: number, height = 190): Picture {
  const bottom = height - 32;
  const starts = [...new Set(series.flatMap(({ bins }) => bins.map(({ from }) => from)))].sort(
    (a, b) => a - b,
  );
  const step = (width - LEFT - RIGHT) / Math.max(1, starts.length);
  const x = (from: number) => LEFT + (starts.indexOf(from) + 0.5) * step;
  const top = highest(series.flatMap(({ bins }) => bins));
  const y = linear([0, top], [bottom, 10]);
  const shapes: Shape[] = [];
  for (const value of ticks([0, top], 4)) {
    shapes.push({
      shape: 'line',
      x1: LEFT,
      y1: px(y(value)),
      x2: width - RIGHT,
      y2: px(y(value)),
      look: value === 0 ? 'axis' : 'grid',
    });
    shapes.push({
      shape: 'text',
      x: LEFT - 6,
      y: px(y(value)) + 4,
      text: String(value),
      look: 'tick',
      anchor: 'end',
    });
  }
  const every = Math.ceil(34 / step);
  for (const [index, from] of starts.entries()) {
    if (index % every !== 0) continue;
    shapes.push({
      shape: 'text',
      x: px(x(from)),
      y: bottom + 14,
      text: String(from),
      look: 'tick',
      anchor: 'middle',
    });
  }
  shapes.push({
    shape: 'text',
    x: px((LEFT + width - RIGHT) / 2),
    y: height - 3,
    text: 'tokens from the beginning of the segment',
    look: 'tick',
    anchor: 'middle',
  });
  const ends: { y: number; text: string; look: string }[] = [];
  for (const one of series) {
    const { segment, status, bins } = one;
    const look = `${segment} ${status}`;
    shapes.push({
      shape: 'path',
      d: bins.map(({ from, mean }, at) => `${at === 0 ? 'M' : 'L'}${px(x(from))} ${px(y(mean))}`).join(''),
      look: `series ${look}`,
    });
    for (const bin of bins) {
      // Beside each other, or intervals would hide each other.
      const at = x(bin.from) + (segment === 'trace' ? -2 : 2);
      if (bin.interval) {
        const [low, high] = bin.interval;
        shapes.push({
          shape: 'line',
          x1: px(at),
          y1: px(y(low)),
          x2: px(at),
          y2: px(y(high)),
          look: `interval ${look}`,
        });
      }
      shapes.push(
        mark(segment === 'trace' ? 'square' : 'circle', at, y(bin.mean), 3, {
          look: `point ${look}`,
          title: `${segment}, tokens ${bin.from}–${bin.to - 1}: ${meanText(bin, status)}`,
        }),
      );
    }
    const last = bins.at(-1);
    if (last) ends.push({ y: y(last.mean), text: nameOf(one), look: `name ${look}` });
  }
  ends.sort((a, b) => a.y - b.y);
  ends.forEach((end, index) => {
    const above = ends[index - 1];
    if (above && end.y - above.y < 13) end.y = above.y + 13;
    shapes.push({
      shape: 'text',
      x: width - RIGHT + 4,
      y: px(end.y) + 4,
      text: end.text,
      look: end.look,
      anchor: 'start',
    });
  });
  const said = series.map((one) => `${nameOf(one)}: ${meanText(one.overall, one.status)}`);
  return { width, height, label: `KL by position. ${said.join('; ')}.`, shapes };
}

/** Mean KL in trace and answer, by dimension. */
export function segmentPicture({ dimensions }: DriftProfile, width: number): Picture {
  const left = 84;
  const right = 12;
  const names = [...new Set(dimensions.map(({ dimension }) => dimension))];
  const row = 26;
  const bottom = names.length * row + 2;
  const top = highest(dimensions.map(({ overall }) => overall));
  const x = linear([0, top], [left, width - right]);
  const shapes: Shape[] = [];
  for (const value of ticks([0, top], 5)) {
    shapes.push({
      shape: 'line',
      x1: px(x(value)),
      y1: 0,
      x2: px(x(value)),
      y2: bottom,
      look: value === 0 ? 'axis' : 'grid',
    });
    shapes.push({
      shape: 'text',
      x: px(x(value)),
      y: bottom + 13,
      text: String(value),
      look: 'tick',
      anchor: 'middle',
    });
  }
  shapes.push({
    shape: 'text',
    x: px((left + width - right) / 2),
    y: bottom + 28,
    text: 'mean KL, nats',
    look: 'tick',
    anchor: 'middle',
  });
  for (const [index, name] of names.entries()) {
    const middle = index * row + row / 2;
    shapes.push({ shape: 'text', x: left - 10, y: middle + 4, text: name, look: 'name', anchor: 'end' });
    for (const { dimension, segment, status, overall } of dimensions) {
      if (dimension !== name) continue;
      const y = middle + (segment === 'trace' ? -5 : 5);
      const look = `${segment} ${status}`;
      if (overall.interval) {
        const [low, high] = overall.interval;
        shapes.push({
          shape: 'line',
          x1: px(x(low)),
          y1: y,
          x2: px(x(high)),
          y2: y,
          look: `interval ${look}`,
        });
      }
      shapes.push(
        mark(segment === 'trace' ? 'square' : 'circle', x(overall.mean), y, 3.2, {
          look: `point ${look}`,
          title: `${name}, ${segment}: ${meanText(overall, status)}`,
        }),
      );
    }
  }
  const said = dimensions.map(
    ({ dimension, segment, status, overall }) => `${dimension} ${segment} ${meanText(overall, status)}`,
  );
  return {
    width,
    height: bottom + 32,
    label: `Mean KL by dimension and segment. ${said.join('; ')}.`,
    shapes,
  };
}

/** `2.10 nats [1.80, 2.40], 512 tokens of 60 samples` */
export function meanText(
  { mean, interval, positions, samples }: DriftMean,
  status: DriftSeries['status'],
): string {
  const between = interval ? ` [${nats(interval[0])}, ${nats(interval[1])}]` : '';
  return `${status === 'bound' ? '≥ ' : ''}${nats(mean)} nats${between}, ${positions} tokens of ${samples} ${samples === 1 ? 'sample' : 'samples'}`;
}

function nameOf({ segment, status }: DriftSeries): string {
  return status === 'bound' ? `${segment} (≥)` : segment;
}

/** A round number that all finite means fit under, and their intervals where those are not absurdly wide. */
function highest(means: readonly DriftMean[]): number {
  const finite = means.filter(({ mean }) => mean < INFINITE_NATS);
  const largest = Math.max(0.01, ...finite.map(({ mean }) => mean));
  const reach = Math.max(largest, ...finite.map(({ interval }) => Math.min(interval?.[1] ?? 0, 2 * largest)));
  const steps = ticks([0, reach * 1.02], 4);
  const step = (steps[1] ?? reach) - (steps[0] ?? 0);
  return Math.ceil(reach / step - 1e-9) * step;
}
