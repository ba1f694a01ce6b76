import type { DimensionResult } from '../audit.ts';
import { interval, points, verdict } from './figures.ts';
import { linear, mark, type Picture, px, type Scale, type Shape, ticks } from './picture.ts';

/** What differences are drawn on: from −reach to reach, a round number of points that every interval fits into. */
export function reachOf(results: readonly DimensionResult[]): number {
  const largest = Math.max(0, ...results.flatMap(({ interval: ends }) => ends.map(Math.abs)));
  const margin = Math.max(0, ...results.map(({ equivalence }) => equivalence.margin));
  return Math.min(1, Math.max(0.1, Math.ceil(Math.max(largest, 1.5 * margin) * 20) / 20));
}

/** One difference with its interval, on an axis with zero and the band within which it counts as preserved. */
export function intervalPicture(result: DimensionResult, reach: number, width: number, height = 18): Picture {
  const x = axis(reach, width);
  return {
    width,
    height,
    label: `${result.dimension}: ${points(result.difference)} points, 95 % interval ${interval(result.interval)}`,
    shapes: [...band(x, result.equivalence.margin, reach, 0, height), ...whiskers(result, x, height / 2)],
  };
}

/** The axis that such pictures share: zero, both ends and the margin, in points. */
export function intervalAxis(margin: number, reach: number, width: number): Picture {
  const x = axis(reach, width);
  const height = 14;
  const label = (value: number, anchor: 'start' | 'middle' | 'end'): Shape => ({
    shape: 'text',
    x: anchor === 'start' ? 0 : anchor === 'end' ? width : px(x(value)),
    y: 10,
    text: points(value, 0),
    look: 'tick',
    anchor,
  });
  return {
    width,
    height,
    label: `Axis from ${points(-reach, 0)} to ${points(reach, 0)} points; within ±${100 * margin} points counts as preserved`,
    shapes: [label(-reach, 'start'), label(0, 'middle'), label(reach, 'end')],
  };
}

/**
 * Differences below each other, with their axis: a forest plot.
 * @param named by what tells them apart: of a run the dimensions, of a study the runs
 */
export function forestPicture(
  named: readonly { name: string; result: DimensionResult }[],
  width: number,
): Picture {
  const results = named.map(({ result }) => result);
  const left = Math.min(160, 20 + 6.5 * Math.max(...named.map(({ name }) => name.length)));
  const right = 150;
  const row = 22;
  const bottom = results.length * row + 4;
  const reach = reachOf(results);
  const x = axis(reach, width - left - right, left);
  const shapes: Shape[] = [];
  const margin = results[0]?.equivalence.margin ?? 0;
  shapes.push(...band(x, margin, reach, 0, bottom));
  for (const value of ticks([-reach, reach], 6)) {
    shapes.push({
      shape: 'line',
      x1: px(x(value)),
      y1: bottom,
      x2: px(x(value)),
      y2: bottom + 4,
      look: 'axis',
    });
    shapes.push({
      shape: 'text',
      x: px(x(value)),
      y: bottom + 15,
      text: points(value, 0),
      look: 'tick',
      anchor: 'middle',
    });
  }
  shapes.push({ shape: 'line', x1: px(x(-reach)), y1: bottom, x2: px(x(reach)), y2: bottom, look: 'axis' });
  shapes.push({
    shape: 'text',
    x: px(x(0)),
    y: bottom + 30,
    text: 'reasoning − baseline, points',
    look: 'tick',
    anchor: 'middle',
  });
  named.forEach(({ name, result }, index) => {
    const y = index * row + row / 2 + 2;
    shapes.push({
      shape: 'text',
      x: left - 10,
      y: y + 4,
      text: cut(name),
      look: 'name',
      anchor: 'end',
    });
    shapes.push(...whiskers(result, x, y));
    shapes.push({
      shape: 'text',
      x: width - right + 12,
      y: y + 4,
      text: `${points(result.difference)} ${interval(result.interval)}`,
      look: 'value',
      anchor: 'start',
    });
  });
  const said = named.map(({ name, result }) => `${name} ${points(result.difference)}, ${verdict(result)}`);
  return {
    width,
    height: bottom + 34,
    label: `Differences reasoning − baseline in points with 95 % intervals. ${said.join('; ')}.`,
    shapes,
  };
}

/** Leaves room at both ends for a mark that stands there. */
function axis(reach: number, width: number, left = 0): Scale {
  return linear([-reach, reach], [left + 5, left + width - 5]);
}

function band(x: Scale, margin: number, reach: number, top: number, bottom: number): Shape[] {
  const [from, to] = [x(-Math.min(margin, reach)), x(Math.min(margin, reach))];
  return [
    {
      shape: 'rect',
      x: px(from),
      y: top,
      width: px(to - from),
      height: bottom - top,
      look: 'margin',
      title: `Within ±${100 * margin} points counts as preserved`,
    },
    { shape: 'line', x1: px(x(0)), y1: top, x2: px(x(0)), y2: bottom, look: 'zero' },
  ];
}

/** A diamond where it regressed, a square where it improved, a disc where preserved, a ring where nobody knows. */
const MARKS = {
  regressed: 'diamond',
  improved: 'square',
  preserved: 'circle',
  inconclusive: 'circle',
} as const;

function whiskers(result: DimensionResult, x: Scale, y: number): Shape[] {
  const [low, high] = result.interval;
  const { verdict: said } = result;
  const end = (value: number): Shape => ({
    shape: 'line',
    x1: px(x(value)),
    y1: y - 3.5,
    x2: px(x(value)),
    y2: y + 3.5,
    look: `interval ${said}`,
  });
  return [
    { shape: 'line', x1: px(x(low)), y1: y, x2: px(x(high)), y2: y, look: `interval ${said}` },
    end(low),
    end(high),
    mark(MARKS[said], x(result.difference), y, 3.6, {
      look: `point ${said}`,
      title: `${result.dimension}: ${points(result.difference)} points ${interval(result.interval)}`,
    }),
  ];
}

function cut(name: string): string {
  return name.length <= 22 ? name : `${name.slice(0, 21).toWellFormed()}…`;
}
