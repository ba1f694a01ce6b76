import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { fail } from '../../shared/failure.ts';
import { modelLabel } from '../../shared/pair.ts';
import { describePair } from '../pairs/describe.ts';
import type { PairCatalog, PairChoice } from '../pairs/pairCatalog.ts';
import { firstError } from '../pairs/statusBar.ts';
import { readSettings } from '../settings.ts';
import type { AuditRequest } from './auditRuns.ts';

/** What is remembered from one audit to the next. Not how many samples: half an audit must not come as a surprise. */
export interface RememberedOptions {
  generations: number;
  concurrency: number;
  drift: boolean;
}

export const AUDIT_OPTIONS = 'driftscope.auditOptions';
export const USUAL_OPTIONS: RememberedOptions = { generations: 1, concurrency: 8, drift: true };

interface Chosen extends RememberedOptions {
  choice: PairChoice;
  /** Null: all of the set. */
  ids: readonly string[] | null;
  limit: number | null;
  /** Null: told by set and pair. */
  run: vscode.Uri | null;
}

type Item = vscode.QuickPickItem & { act?: () => Promise<void> };

/**
 * The options of an audit in one list, of which the first entry starts it: one Enter does.
 * @param selected samples of the set that are selected. One is where a cursor stands, and no choice.
 * @returns undefined: the user thought better of it
 * @throws FailureError `invalid-input` where there is no whole pair
 */
export async function askAuditOptions(
  catalog: PairCatalog,
  memento: vscode.Memento,
  set: vscode.Uri,
  selected: readonly string[],
): Promise<AuditRequest | undefined> {
  const choice = await catalog.current();
  if (!choice) {
    const fault = firstError(await catalog.sources());
    return fail('invalid-input', `There is no pair to audit. ${fault ?? 'The pair file declares none.'}`, {
      remedy: 'The Problems panel shows what to mend.',
    });
  }
  const remembered = { ...USUAL_OPTIONS, ...memento.get<Partial<RememberedOptions>>(AUDIT_OPTIONS) };
  const ids = selected.length > 1 ? selected : null;
  const chosen: Chosen = { ...remembered, choice, ids, limit: null, run: null };
  for (;;) {
    const run = chosen.run ?? freeName(set, chosen.choice.pair.name);
    let begun = false;
    const picked = await vscode.window.showQuickPick<Item>(
      itemsOf(chosen, run, selected, catalog, async () => {
        begun = true;
      }),
      {
        title: `Audit of ${basename(set.path)}`,
        placeHolder: 'Enter starts the audit; pick an option to change it',
      },
    );
    if (!picked) return undefined;
    await picked.act?.();
    if (!begun) continue;
    const { generations, concurrency, drift, ids: sampleIds, limit } = chosen;
    await memento.update(AUDIT_OPTIONS, { generations, concurrency, drift } satisfies RememberedOptions);
    const { topAlternatives: top, heatThreshold: threshold } = readSettings();
    const scoring = drift ? { top, threshold } : null;
    return { run, set, sampleIds, limit, pair: chosen.choice.pair, generations, concurrency, scoring };
  }
}

function itemsOf(
  chosen: Chosen,
  run: vscode.Uri,
  selected: readonly string[],
  catalog: PairCatalog,
  start: () => Promise<void>,
): Item[] {
  const { choice, generations, concurrency, drift } = chosen;
  const { baseline, reasoning } = choice.pair.models;
  const samples = samplesText(chosen);
  return [
    {
      label: '$(play) Start audit',
      description: `${samples} · ${drift ? 'with drift' : 'without drift'}`,
      detail: `${modelLabel(baseline)} → ${modelLabel(reasoning)}, into ${vscode.workspace.asRelativePath(run)}`,
      act: start,
    },
    { label: 'Options', kind: vscode.QuickPickItemKind.Separator },
    {
      label: 'Pair',
      description: choice.pair.name,
      async act() {
        chosen.choice = (await askPair(catalog)) ?? choice;
      },
    },
    {
      label: 'Samples',
      description: samples,
      act: () => askSamples(chosen, selected),
    },
    {
      label: 'Generations of each model for each sample (K)',
      description: String(generations),
      async act() {
        chosen.generations =
          (await askNumber('Generations for each sample (K)', String(generations))) ?? generations;
      },
    },
    {
      label: 'Requests to one endpoint at once',
      description: `${concurrency}, fewer where a server is busy`,
      async act() {
        chosen.concurrency =
          (await askNumber('Requests to one endpoint at once', String(concurrency))) ?? concurrency;
      },
    },
    {
      label: 'Score drift',
      description: drift ? 'yes' : 'no; it can be scored later',
      async act() {
        chosen.drift = !drift;
      },
    },
    {
      label: 'Save to',
      description: vscode.workspace.asRelativePath(run),
      async act() {
        const filters = { 'Driftscope run': ['drift'] };
        const title = 'Save the audit as';
        chosen.run = (await vscode.window.showSaveDialog({ defaultUri: run, filters, title })) ?? chosen.run;
      },
    },
  ];
}

function samplesText({ ids, limit }: Chosen): string {
  const which = ids ? `the ${ids.length} selected samples` : 'all samples';
  return limit === null ? which : `the first ${limit} of ${which}`;
}

async function askSamples(chosen: Chosen, selected: readonly string[]): Promise<void> {
  const all = { label: 'All samples', ids: null, limit: null };
  const those = {
    label: selected.length === 1 ? 'The selected sample' : `The ${selected.length} selected samples`,
    ids: selected,
    limit: null,
  };
  const first = { label: 'Only the first…', ids: chosen.ids, limit: 1 };
  const items = [all, ...(selected.length > 0 ? [those] : []), first];
  const picked = await vscode.window.showQuickPick(items, { title: 'Samples to audit' });
  if (!picked) return;
  const limit =
    picked === first ? await askNumber('Only the first so many samples', String(chosen.limit ?? 100)) : null;
  if (limit === undefined) return;
  chosen.ids = picked.ids;
  chosen.limit = limit;
}

async function askPair(catalog: PairCatalog): Promise<PairChoice | undefined> {
  const choices = await catalog.choices();
  const items = choices.map((choice) => ({
    label: choice.pair.name,
    description: describePair(choice.pair),
    choice,
  }));
  return (await vscode.window.showQuickPick(items, { title: 'Pair to audit' }))?.choice;
}

/** A whole number from 1; undefined: cancelled. */
async function askNumber(title: string, value: string): Promise<number | undefined> {
  const text = await vscode.window.showInputBox({
    title,
    value,
    validateInput: (given) =>
      /^\s*[1-9]\d{0,6}\s*$/.test(given) ? undefined : 'Enter a whole number from 1.',
  });
  return text === undefined ? undefined : Number(text);
}

/** `audit.demo.drift` beside `audit.prompts.jsonl`; `audit.demo-2.drift` where that is taken. */
function freeName(set: vscode.Uri, pair: string): vscode.Uri {
  const stem = basename(set.path).replace(/(\.prompts)?\.jsonl$/i, '');
  const name = `${stem}.${pair.replace(/[^\p{L}\p{N}._-]+/gu, '-')}`;
  for (let count = 1; ; count++) {
    const uri = vscode.Uri.joinPath(set, '..', `${name}${count > 1 ? `-${count}` : ''}.drift`);
    if (!existsSync(uri.fsPath)) return uri;
  }
}
