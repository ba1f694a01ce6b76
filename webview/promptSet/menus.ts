import { DIMENSIONS, type Dimension } from '../../src/shared/prompt.ts';
import type {
  PromptRow,
  RowKey,
  RowProblem,
  RowQuery,
  SetAction,
  SetFacts,
} from '../../src/shared/promptSetView.ts';
import { count } from '../ui/format.ts';
import type { MenuItem } from '../ui/menu.ts';
import { TEACHES } from './empty.ts';

/** What header and menus are drawn from. */
export interface SetModel {
  facts: SetFacts;
  /** Rows of the set, and those that are shown. */
  total: number;
  found: number;
  /** Rows that an action would be on. */
  selected: number;
  query: RowQuery;
  /** Whether all rows are shown in the order of the file. */
  isWhole: boolean;
  isPaneOpen: boolean;
  columnItems(): MenuItem[];
}

export interface SetActions {
  add(dimension: Dimension): void;
  duplicate(): void;
  remove(): void;
  move(by: -1 | 1): void;
  compare(): void;
  act(action: SetAction): void;
  openComparison(comparison: string): void;
  openAsText(): void;
  switchPair(): void;
  copy(): void;
  togglePane(): void;
  search(text: string, now?: boolean): void;
  fix(key: RowKey, problem: RowProblem, at: number): void;
}

export const ACTION_LABELS: Readonly<Record<SetAction, { label: string; title: string }>> = {
  addVariants: {
    label: 'Variants…',
    title: 'Make variants of the selected samples: other words, typos, casing, style, contrast',
  },
  importPrompts: { label: 'Import…', title: 'Add samples from another file' },
  exportPrompts: { label: 'Export…', title: 'Write the samples for another program' },
  runAudit: { label: 'Run Audit…', title: 'Ask both models every sample, and compare them statistically' },
};

/** Why samples cannot be moved; undefined: they can. */
export function whyNotMoved({ isWhole, facts }: SetModel): string | undefined {
  if (facts.readOnly !== null) return facts.readOnly;
  return isWhole
    ? undefined
    : 'Samples are moved in the order of the file: clear the search and the sort first';
}

export function addItems({ add }: Pick<SetActions, 'add'>): MenuItem[] {
  return DIMENSIONS.map((dimension) => ({
    label: dimension,
    title: TEACHES[dimension],
    run: () => add(dimension),
  }));
}

/** The context menu of a row: everything that can be done to it, or to all that are selected. */
export function rowItems(model: SetModel, row: PromptRow | undefined, actions: SetActions): MenuItem[] {
  const { facts, selected } = model;
  const editable = facts.readOnly === null;
  const many = selected > 1 ? ` ${count(selected)} Samples` : '';
  const result = row?.kind === 'sample' && selected === 1 ? row.result : null;
  const unmoved = whyNotMoved(model);
  const found = row && selected === 1 ? problemItems(row, !editable, actions) : [];
  return [
    ...compareItems(facts, many, actions),
    ...(result
      ? [{ label: 'Open Last Comparison', run: () => actions.openComparison(result.comparison) }]
      : []),
    ...(found.length > 0 ? (['separator', ...found] as const) : []),
    'separator',
    { label: `Copy${many}`, run: actions.copy },
    { label: `Duplicate${many}`, disabled: !editable, run: actions.duplicate },
    { label: `Delete${many}`, disabled: !editable, run: actions.remove },
    {
      label: 'Move Up',
      disabled: unmoved !== undefined,
      title: unmoved ?? 'Alt+Up',
      run: () => actions.move(-1),
    },
    {
      label: 'Move Down',
      disabled: unmoved !== undefined,
      title: unmoved ?? 'Alt+Down',
      run: () => actions.move(1),
    },
    'separator',
    ...actionItems(facts, actions, ['addVariants', 'exportPrompts', 'runAudit']),
    { label: 'Open as Text', run: actions.openAsText },
  ];
}

function compareItems({ pair }: SetFacts, many: string, { compare, switchPair }: SetActions): MenuItem[] {
  return [
    {
      label: `Compare Pair${many ? ` on${many}` : ''}${pair ? ` · ${pair}` : ''}`,
      title: 'Ctrl+Enter',
      run: compare,
    },
    { label: 'Switch Pair…', run: switchPair },
  ];
}

/** The actions of other parts that are there. */
export function actionItems(
  { actions: known }: SetFacts,
  { act }: Pick<SetActions, 'act'>,
  wanted: readonly SetAction[],
): MenuItem[] {
  return wanted
    .filter((action) => known.includes(action))
    .map((action) => ({ ...ACTION_LABELS[action], run: () => act(action) }));
}

/** What is wrong with a row, each with what would mend it. */
export function problemItems(
  row: PromptRow,
  isReadOnly: boolean,
  { fix }: Pick<SetActions, 'fix'>,
): MenuItem[] {
  return row.problems.flatMap((problem): MenuItem[] => [
    { note: problem.message },
    ...(isReadOnly
      ? []
      : problem.fixes
          .slice(0, 4)
          .map((title, at) => ({ label: title, run: () => fix(row.key, problem, at) }))),
  ]);
}
