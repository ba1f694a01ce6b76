import { DIMENSIONS, type Dimension } from '../../src/shared/prompt.ts';
import {
  SAMPLE_FILTERS,
  SAMPLE_SORTS,
  type SampleFilter,
  type SampleQuery,
  type SampleSort,
} from '../../src/shared/sampleRows.ts';
import { type GridLayout, NO_LAYOUT } from '../ui/grid/columns.ts';

export const PLOTS = ['differences', 'drift', 'flips', 'profile'] as const;
export type PlotId = (typeof PLOTS)[number];

/** Which samples the table shows. All of it small and JSON-safe. */
export interface TableQuery {
  filter: SampleFilter | null;
  dimension: Dimension | null;
  text: string;
  /** What was picked in a plot, with words for it; null: nothing was. */
  picked: { label: string; labels?: { from: string; to: string }; samples?: readonly number[] } | null;
  sort: SampleSort;
  descending: boolean;
}

export const ALL_SAMPLES: TableQuery = {
  filter: null,
  dimension: null,
  text: '',
  picked: null,
  sort: 'set',
  descending: false,
};

/** How this view shows a report. Kept by the editor across hiding and reloading. */
export interface ReportSettings {
  query: TableQuery;
  /** Dimensions whose details are open. */
  expanded: string[];
  closedPlots: PlotId[];
  parameters: boolean;
  layout: GridLayout;
  /** Position of the sample in the detail pane; null: none. */
  sample: number | null;
  /** Of the page, in CSS px. */
  scrollTop: number;
}

export const DEFAULT_SETTINGS: ReportSettings = {
  query: ALL_SAMPLES,
  expanded: [],
  closedPlots: [],
  parameters: false,
  layout: NO_LAYOUT,
  sample: null,
  scrollTop: 0,
};

/** What the editor kept, which may be of another version: what is not valid falls back to the default. */
export function restoreSettings(kept: unknown): ReportSettings {
  const saved = record(kept);
  const query = record(saved.query);
  const layout = record(saved.layout);
  return {
    query: {
      filter: oneOf(SAMPLE_FILTERS, query.filter),
      dimension: oneOf(DIMENSIONS, query.dimension),
      text: typeof query.text === 'string' ? query.text : '',
      picked: pickedOf(query.picked),
      sort: oneOf(SAMPLE_SORTS, query.sort) ?? 'set',
      descending: query.descending === true,
    },
    expanded: Array.isArray(saved.expanded) ? saved.expanded.filter((one) => typeof one === 'string') : [],
    closedPlots: PLOTS.filter((plot) => Array.isArray(saved.closedPlots) && saved.closedPlots.includes(plot)),
    parameters: saved.parameters === true,
    layout: { widths: entries(layout.widths, 'number'), shown: entries(layout.shown, 'boolean') },
    sample: typeof saved.sample === 'number' ? saved.sample : null,
    scrollTop: typeof saved.scrollTop === 'number' ? saved.scrollTop : 0,
  };
}

/** What the host is asked for. */
export function sampleQuery({ filter, dimension, text, picked, sort, descending }: TableQuery): SampleQuery {
  return {
    ...(filter ? { filter } : {}),
    ...(dimension ? { dimension } : {}),
    ...(text.trim() ? { text: text.trim() } : {}),
    ...(picked?.labels ? { labels: picked.labels } : {}),
    ...(picked?.samples ? { samples: picked.samples } : {}),
    sort,
    descending,
  };
}

/** Whether all samples are shown. */
export function isUnfiltered({ filter, dimension, text, picked }: TableQuery): boolean {
  return !filter && !dimension && !text.trim() && !picked;
}

function pickedOf(value: unknown): TableQuery['picked'] {
  const { label, labels, samples } = record(value);
  if (typeof label !== 'string') return null;
  const { from, to } = record(labels);
  return {
    label,
    ...(typeof from === 'string' && typeof to === 'string' ? { labels: { from, to } } : {}),
    ...(Array.isArray(samples) && samples.every(Number.isInteger) ? { samples: samples as number[] } : {}),
  };
}

function entries<T extends 'number' | 'boolean'>(value: unknown, type: T) {
  return Object.fromEntries(Object.entries(record(value)).filter(([, one]) => typeof one === type)) as Record<
    string,
    T extends 'number' ? number : boolean
  >;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function oneOf<T>(allowed: readonly T[], value: unknown): T | null {
  return allowed.includes(value as T) ? (value as T) : null;
}
