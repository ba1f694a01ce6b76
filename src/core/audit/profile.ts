import type { DriftMean, DriftProfile, DriftSeries } from '../../shared/audit.ts';
import { INFINITE_NATS } from '../../shared/drift.ts';
import { DIMENSIONS, type Dimension } from '../../shared/prompt.ts';
import type { KlColumn, RunReader } from './runStore.ts';
import { studentQuantile } from './statistics/student.ts';

const SEGMENTS = ['trace', 'answer'] as const;
const STATUSES = ['exact', 'bound'] as const;

/**
 * Where in the reasoning model's generations drift sits: the mean forward KL by position in trace and answer, and of each
 * segment by dimension. Reads what is stored generation by generation, and holds sums only.
 *
 * A mean is over tokens. Those of one sample go together, so its interval is that of a ratio of sums over samples
 * (Cochran 1977, Sampling Techniques, 6.4, with Student's t): several thousand tokens of ten samples are ten samples.
 *
 * @returns null where nothing is scored per position
 */
export function driftProfile(run: Pick<RunReader, 'klColumns'>): DriftProfile | null {
  const series = new Map<string, { overall: ClusteredMean; bins: ClusteredMean[] }>();
  const dimensions = new Map<string, ClusteredMean>();
  const touched = new Set<ClusteredMean>();
  let sample = -1;
  const endSample = () => {
    for (const mean of touched) mean.endCluster();
    touched.clear();
  };
  const add = (mean: ClusteredMean, value: number) => {
    mean.add(value);
    touched.add(mean);
  };
  for (const column of run.klColumns()) {
    if (column.sample !== sample) endSample();
    sample = column.sample;
    addColumn(column);
  }
  endSample();

  function addColumn({ dimension, segments, statuses, klForward }: KlColumn) {
    const at = { trace: 0, answer: 0 };
    for (const [index, segment] of segments.entries()) {
      if (segment === 'control') continue;
      const key = `${segment} ${statuses[index]}`;
      const value = klForward[index]!;
      const own = made(series, key, () => ({ overall: clusteredMean(), bins: [] }));
      const bin = binOf(at[segment]++);
      add(own.overall, value);
      own.bins[bin] ??= clusteredMean();
      add(own.bins[bin], value);
      if (dimension) add(made(dimensions, `${dimension} ${key}`, clusteredMean), value);
    }
  }

  if (series.size === 0) return null;
  const kinds = SEGMENTS.flatMap((segment) => STATUSES.map((status) => ({ segment, status })));
  return {
    series: kinds.flatMap(({ segment, status }): DriftSeries[] => {
      const found = series.get(`${segment} ${status}`);
      if (!found) return [];
      const bins = [...found.bins.entries()].flatMap(([bin, mean]) =>
        mean ? [{ ...rangeOf(bin), ...mean.result() }] : [],
      );
      return [{ segment, status, overall: found.overall.result(), bins }];
    }),
    dimensions: DIMENSIONS.flatMap((dimension: Dimension) =>
      kinds.flatMap(({ segment, status }) => {
        const mean = dimensions.get(`${dimension} ${segment} ${status}`);
        return mean ? [{ dimension, segment, status, overall: mean.result() }] : [];
      }),
    ),
  };
}

function made<T>(map: Map<string, T>, key: string, make: () => T): T {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

/** 0, 1, 2–3, 4–7, …: what is said first decides most, and there are few that are long. */
function binOf(position: number): number {
  return position === 0 ? 0 : Math.floor(Math.log2(position)) + 1;
}

function rangeOf(bin: number): { from: number; to: number } {
  return bin === 0 ? { from: 0, to: 1 } : { from: 2 ** (bin - 1), to: 2 ** bin };
}

interface ClusteredMean {
  add(value: number): void;
  /** What was added since the last call belongs together. */
  endCluster(): void;
  result(): DriftMean;
}

/** Sums that a ratio of means over clusters and its variance follow from, however many there are. */
function clusteredMean(): ClusteredMean {
  let [sum, n, clusters] = [0, 0, 0];
  let [squares, products, counts] = [0, 0, 0];
  let infinite = false;
  let own = { sum: 0, n: 0 };
  return {
    add(value) {
      if (value >= INFINITE_NATS) infinite = true;
      else own.sum += value;
      own.n++;
    },
    endCluster() {
      sum += own.sum;
      n += own.n;
      clusters++;
      squares += own.sum * own.sum;
      products += own.sum * own.n;
      counts += own.n * own.n;
      own = { sum: 0, n: 0 };
    },
    result() {
      const counted = { positions: n, samples: clusters };
      if (infinite) return { mean: INFINITE_NATS, interval: null, ...counted };
      const mean = sum / n;
      if (clusters < 2) return { mean, interval: null, ...counted };
      const residuals = Math.max(0, squares - 2 * mean * products + mean * mean * counts);
      const error = Math.sqrt((clusters / (clusters - 1)) * residuals) / n;
      const reach = studentQuantile(0.975, clusters - 1) * error;
      return { mean, interval: [mean - reach, mean + reach], ...counted };
    },
  };
}
