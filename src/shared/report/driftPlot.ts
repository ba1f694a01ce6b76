import type { DriftOutcome } from '../audit.ts';
import { INFINITE_NATS } from '../drift.ts';
import type { Dimension } from '../prompt.ts';
import { correlation, nats, points } from './figures.ts';
import { linear, logarithmic, logTicks, mark, type Picture, px, type Shape } from './picture.ts';

/** Drift and change of each sample that a dimension's {@link DriftOutcome} is over: three lists of one length. */
export interface DriftPoints {
  dimension: Dimension;
  outcome: DriftOutcome;
  /** Positions in the set. */
  samples: Int32Array;
  /** Mean forward KL on the reasoning model's generations, nats. */
  drift: Float64Array;
  /** Of the sample's value, reasoning − baseline: −1..1. */
  change: Float32Array;
}

/** Samples that stand at one place of the picture. */
export interface DriftSpot {
  samples: number[];
  /** Of the first of them. */
  drift: number;
  change: number;
}

export interface DriftPlot {
  picture: Picture;
  /** What a mark's `key` is a place in. */
  spots: DriftSpot[];
}

/** Nats that share an axis: what lies outside stands at its ends. */
export type DriftDomain = readonly [number, number];

/** So that panels can be looked at side by side. Decades around what there is, four at most. */
export function domainOf(all: readonly DriftPoints[]): DriftDomain {
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (const { drift } of all) {
    for (const value of drift) {
      if (!(value > 0) || value >= INFINITE_NATS) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (high === 0) return [0.01, 10];
  const top = 10 ** Math.ceil(Math.log10(high) - 1e-9);
  const bottom = 10 ** Math.floor(Math.log10(low) + 1e-9);
  return [Math.min(top / 10, Math.max(bottom, top / 1e4)), top];
}

const LEFT = 44;
const RIGHT = 10;
const BELOW = 30;
/** Marks closer than this (px) are one, which is larger: a page could not hold 100,000. */
const CLOSE = { few: 5, many: 9 };
const MANY = 2_000;

/** Samples by drift (across, logarithmic) and change (up: better). */
export function driftPlot(
  { dimension, outcome, samples, drift, change }: DriftPoints,
  domain: DriftDomain,
  width: number,
  height = 150,
): DriftPlot {
  const x = logarithmic(domain, [LEFT + 8, width - RIGHT]);
  const reach = reachOf(change);
  const y = linear([-1.25 * reach, 1.25 * reach], [height - BELOW, 4]);
  // Outcomes that are right or wrong change by all or nothing.
  const stacked = change.every((value) => value === 0 || Math.abs(value) === 1);
  const shapes: Shape[] = [];
  const line = (x1: number, y1: number, x2: number, y2: number, look: string) =>
    shapes.push({ shape: 'line', x1: px(x1), y1: px(y1), x2: px(x2), y2: px(y2), look });
  const text = (at: [number, number], content: string, anchor: 'start' | 'middle' | 'end') =>
    shapes.push({ shape: 'text', x: px(at[0]), y: px(at[1]), text: content, look: 'tick', anchor });

  for (const value of [-reach, 0, reach]) {
    line(LEFT, y(value), width - RIGHT, y(value), value === 0 ? 'zero' : 'grid');
    text([LEFT - 6, y(value) + 3.5], points(value, 0), 'end');
  }
  for (const value of logTicks(domain)) {
    line(x(value), height - BELOW, x(value), height - BELOW + 4, 'axis');
    text([x(value), height - BELOW + 15], String(value), 'middle');
  }
  line(LEFT, height - BELOW, width - RIGHT, height - BELOW, 'axis');
  text(
    [(LEFT + width - RIGHT) / 2, height - 3],
    `${outcome.status === 'bound' ? 'at least ' : ''}KL, nats`,
    'middle',
  );

  const close = samples.length > MANY ? CLOSE.many : CLOSE.few;
  const spots = new Map<string, DriftSpot & { x: number; y: number }>();
  for (let index = 0; index < samples.length; index++) {
    const [kl, changed] = [drift[index]!, change[index]!];
    const at = { x: x(kl), y: y(stacked ? changed + jitter(samples[index]!) : changed) };
    const key = `${Math.round(at.x / close)},${Math.round(at.y / close)},${Math.sign(changed)}`;
    const spot = spots.get(key);
    if (spot) spot.samples.push(samples[index]!);
    else spots.set(key, { ...at, samples: [samples[index]!], drift: kl, change: changed });
  }
  const found = [...spots.values()];
  found.forEach((spot, key) => {
    const size = 2.6 + Math.min(3.4, 0.8 * Math.log2(spot.samples.length));
    const [kind, look] = kindOf(spot.change);
    shapes.push(mark(kind, spot.x, spot.y, size, { look, key, title: titleOf(spot, outcome) }));
  });
  return {
    picture: {
      width,
      height,
      label: `${dimension}: KL of ${samples.length} samples against the change of their value. ${correlation(outcome)}.`,
      shapes,
    },
    spots: found.map(({ samples, drift, change }) => ({ samples, drift, change })),
  };
}

function kindOf(change: number): ['up' | 'down' | 'circle', string] {
  if (change < 0) return ['down', 'spot worse'];
  return change > 0 ? ['up', 'spot better'] : ['circle', 'spot same'];
}

function titleOf({ samples, drift, change }: DriftSpot, { status }: DriftOutcome): string {
  const kl = `KL ${status === 'bound' ? '≥ ' : ''}${nats(drift)} nats`;
  const how = change === 0 ? 'unchanged' : `${points(change)} points`;
  return samples.length === 1
    ? `${kl}, ${how}. Click to list the sample.`
    : `${samples.length} samples around ${kl}, ${how}. Click to list them.`;
}

/** A round share that every change fits into, 1 where one is near that. */
function reachOf(change: Float32Array): number {
  const largest = change.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return largest === 0 ? 1 : ([0.02, 0.05, 0.1, 0.2, 0.5].find((reach) => largest <= reach) ?? 1);
}

/** Many samples change by exactly the same: moved a little, always in the same way, so that they can be told apart. */
function jitter(sample: number): number {
  const hash = Math.imul(sample + 1, 0x9e3779b1) >>> 0;
  return (hash / 2 ** 32 - 0.5) * 0.36;
}
