import * as vscode from 'vscode';
import { concernsOf, type DraftSample, type Labels, labelled } from '../../core/prompts/collect.ts';
import { addSamples, deleteLines } from '../../core/prompts/edits.ts';
import { EXPECTATIONS } from '../../core/prompts/expectations.ts';
import { DIMENSIONS, type Dimension, inputText, type Sample } from '../../shared/prompt.ts';
import { exists } from '../commands/createPairFile.ts';
import { editAndSave, nameOf } from './edits.ts';
import type { OpenPromptSet, PromptDocuments } from './promptDocuments.ts';
import { showSample } from './showSample.ts';
import { askForNewSet, findSets, openSet } from './workspaceSets.ts';

/** Samples that somebody wants in a prompt set. */
export interface AddToPromptSetRequest {
  /** At least one. Their tags and metadata stay; of a single one the form shows the rest, to be changed. */
  samples: readonly DraftSample[];
  /** The set to begin with. Default: the one that was added to last. */
  set?: vscode.Uri;
}

export interface PromptSetContext {
  documents: PromptDocuments;
  /** Remembers the set that was added to last. */
  memento: vscode.Memento;
}

const LAST = 'driftscope.lastPromptSet';
/** How long the first reading of a large set is waited for, in ms: without it copies go unseen. */
const READING_MS = 2_000;

interface Form extends Labels {
  set: vscode.Uri | null;
  id: string | undefined;
}

/**
 * *Add to Prompt Set…*: a form of one list, so that Enter alone adds the sample as it stands, and each field can be
 * changed first. Says before what the sample lacks and whether the set has it already.
 * @returns the set; undefined where nothing was added.
 * @throws FailureError where the set cannot be changed.
 */
export async function addToPromptSet(
  { samples, set }: AddToPromptSetRequest,
  context: PromptSetContext,
): Promise<vscode.Uri | undefined> {
  const [first] = samples;
  if (!first) return undefined;
  const only = samples.length === 1 ? first : null;
  const where = set ? { set } : await likelySet(context);
  if (!where) return undefined;
  let form: Form = {
    set: where.set,
    id: only?.id,
    dimension: only?.dimension,
    expect: only?.expect,
    target: typeof only?.target === 'string' ? only.target : undefined,
    tags: [],
    note: '',
  };
  if (only && !form.dimension) {
    const chosen = await pickDimension(form, 'Add to Prompt Set: what does the sample test?');
    if (!chosen) return undefined;
    form = { ...form, ...chosen };
  }
  for (;;) {
    const open = form.set && (await exists(form.set)) ? await openSet(form.set, context.documents) : null;
    if (open) await Promise.race([open.indexed, new Promise((resolve) => setTimeout(resolve, READING_MS))]);
    const taken = { has: (id: string) => open?.checker.hasId(id) ?? false };
    const finished = labelled(only ? [withoutLabels(only, form.id)] : samples, form, taken);
    const items = formItems(form, finished, open);
    const picked = await vscode.window.showQuickPick(items, {
      title: 'Add to Prompt Set',
      placeHolder: 'Enter adds what is shown; pick a field to change it first',
      ignoreFocusOut: true,
      matchOnDescription: true,
    });
    if (!picked) return undefined;
    if (picked.field) {
      form = { ...form, ...(await picked.field(form, context)) };
      continue;
    }
    if (!form.set) {
      form.set = (await askForNewSet('New Prompt Set', 'curated.prompts.jsonl')) ?? null;
      if (!form.set) continue;
    }
    return write(finished, form.set, context);
  }
}

/** A draft whose labels are those of the form, also where the form has none. */
function withoutLabels(
  { dimension: _d, expect: _e, id: _i, ...draft }: DraftSample,
  id: string | undefined,
): DraftSample {
  if (typeof draft.target === 'string') delete draft.target;
  return id === undefined ? draft : { ...draft, id };
}

async function write(
  samples: readonly Sample[],
  uri: vscode.Uri,
  { documents, memento }: PromptSetContext,
): Promise<vscode.Uri> {
  if (!(await exists(uri))) await vscode.workspace.fs.writeFile(uri, new Uint8Array());
  const open = await openSet(uri, documents);
  await editAndSave(open.textDocument, addSamples(open.document, samples, null));
  await memento.update(LAST, uri.toString());
  const what = samples.length === 1 ? `“${samples[0]!.id}”` : `${samples.length} samples`;
  void offerWayBack(`Added ${what} to ${nameOf(uri)}.`, samples, uri, documents);
  return uri;
}

async function offerWayBack(
  message: string,
  samples: readonly Sample[],
  uri: vscode.Uri,
  documents: PromptDocuments,
): Promise<void> {
  const picked = await vscode.window.showInformationMessage(message, 'Show', 'Undo');
  if (picked === 'Show') await showSample(uri, samples[0]!.id);
  if (picked !== 'Undo') return;
  const { document, textDocument } = await openSet(uri, documents);
  const ids = new Set(samples.map(({ id }) => id));
  const added = [...document.lines()].filter((line) => ids.has(document.parsed(line)?.sample?.id ?? ''));
  await editAndSave(textDocument, deleteLines(document, added));
}

type FormItem = vscode.QuickPickItem & {
  /** Asks for what takes the place of a field; undefined: it stays. Absent: the item adds the sample. */
  field?: (form: Form, context: PromptSetContext) => Promise<Partial<Form> | undefined>;
};

function formItems(form: Form, samples: readonly Sample[], open: OpenPromptSet | null): FormItem[] {
  const [sample] = samples;
  const only = samples.length === 1 ? sample! : null;
  const where = form.set ? nameOf(form.set) : 'a new prompt set…';
  const concerns = samples.flatMap((one) => concernsOf(one, open));
  const warning =
    concerns.slice(0, 3).join('  ') + (concerns.length > 3 ? `  … ${concerns.length} in all` : '');
  const item = (label: string, description: string, field: FormItem['field']): FormItem => ({
    label,
    description,
    field: field!,
    alwaysShow: true,
  });
  return [
    {
      label: `$(add) Add ${only ? `“${only.id}”` : `${samples.length} samples`} to ${where}`,
      ...(concerns.length > 0 ? { detail: `$(warning) ${warning}` } : {}),
      alwaysShow: true,
    },
    { label: only ? preview(only.input) : 'Change in all of them', kind: vscode.QuickPickItemKind.Separator },
    item('$(file) Set', form.set ? vscode.workspace.asRelativePath(form.set) : 'new', (_, context) =>
      pickSet(context),
    ),
    ...(only ? [item('$(symbol-key) Id', only.id, askForId)] : []),
    item('$(symbol-enum) Dimension', shown(form.dimension, only), (now) => pickDimension(now)),
    ...(expectsOf(form.dimension)
      ? [item('$(target) Expect', shown(form.expect, only), (now) => pickExpect(now))]
      : []),
    ...(only && (only.target !== undefined || needsTarget(form))
      ? [item('$(pass) Target', form.target ?? 'none', askForTarget)]
      : []),
    item('$(tag) Tags', (only?.tags ?? form.tags).join(', ') || 'none', askForTags),
    item('$(note) Note', form.note || 'why this sample is worth having', askForNote),
  ];
}

function shown(value: string | undefined, only: Sample | null): string {
  return value ?? (only ? 'none' : 'as each has it');
}

function needsTarget({ dimension, expect }: Form): boolean {
  return dimension !== undefined && EXPECTATIONS[dimension].needsTarget(expect);
}

/** What a dimension's samples may expect; null: nothing, or anything. */
function expectsOf(dimension: Dimension | undefined): readonly string[] | null {
  const expects = dimension && EXPECTATIONS[dimension].expects;
  return expects && expects.length > 0 ? expects : null;
}

async function pickSet({ documents }: PromptSetContext): Promise<Pick<Form, 'set'> | undefined> {
  const sets = await findSets(documents);
  const picked = await vscode.window.showQuickPick(
    [
      { label: '$(new-file) New prompt set…', uri: null },
      ...sets.map((uri) => ({
        label: nameOf(uri),
        description: vscode.workspace.asRelativePath(vscode.Uri.joinPath(uri, '..')),
        uri,
      })),
    ],
    { title: 'Add to which prompt set?', matchOnDescription: true, ignoreFocusOut: true },
  );
  if (!picked) return undefined;
  if (picked.uri) return { set: picked.uri };
  const uri = await askForNewSet('New Prompt Set', 'curated.prompts.jsonl');
  return uri && { set: uri };
}

async function pickDimension(form: Form, title = 'Dimension'): Promise<Partial<Form> | undefined> {
  const none = { label: 'None', description: 'it is kept, but no audit judges it', dimension: undefined };
  const picked = await vscode.window.showQuickPick(
    [
      ...DIMENSIONS.map((dimension) => ({
        label: dimension,
        description: (EXPECTATIONS[dimension].expects ?? []).join(' or '),
        dimension,
      })),
      none,
    ],
    { title, ignoreFocusOut: true },
  );
  if (!picked) return undefined;
  const { dimension } = picked;
  const expects = expectsOf(dimension);
  if (form.expect !== undefined && expects?.includes(form.expect)) return { dimension };
  // What was expected of another dimension means nothing here.
  return { dimension, expect: expects ? await askExpect(dimension!, expects) : undefined };
}

async function pickExpect({ dimension }: Form): Promise<Partial<Form> | undefined> {
  const expects = expectsOf(dimension);
  const expect = expects && (await askExpect(dimension!, expects));
  return expect ? { expect } : undefined;
}

async function askExpect(dimension: Dimension, expects: readonly string[]): Promise<string | undefined> {
  return vscode.window.showQuickPick([...expects], {
    title: `What should an aligned model do with this ${dimension} sample?`,
    ignoreFocusOut: true,
  });
}

async function askForId(form: Form, { documents }: PromptSetContext): Promise<Partial<Form> | undefined> {
  const open = form.set && (await exists(form.set)) ? await openSet(form.set, documents) : null;
  const id = await vscode.window.showInputBox({
    title: 'Id',
    value: form.id ?? '',
    placeHolder: 'Empty: the next one that is free',
    ignoreFocusOut: true,
    validateInput: (text) =>
      open?.checker.hasId(text.trim()) ? 'Another sample of the set has this id.' : undefined,
  });
  return id === undefined ? undefined : { id: id.trim() || undefined };
}

async function askForTarget(form: Form): Promise<Partial<Form> | undefined> {
  const target = await vscode.window.showInputBox({
    title: 'Target',
    prompt: 'The right answer',
    value: form.target ?? '',
    ignoreFocusOut: true,
  });
  return target === undefined ? undefined : { target: target || undefined };
}

async function askForTags(form: Form): Promise<Partial<Form> | undefined> {
  const tags = await vscode.window.showInputBox({
    title: 'Tags',
    prompt: 'Added to those that the sample has; commas between them',
    value: form.tags.join(', '),
    ignoreFocusOut: true,
  });
  if (tags === undefined) return undefined;
  const list = tags
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
  return { tags: [...new Set(list)] };
}

async function askForNote(form: Form): Promise<Partial<Form> | undefined> {
  const note = await vscode.window.showInputBox({
    title: 'Note',
    prompt: 'Why this sample is worth having; kept in its metadata',
    value: form.note,
    ignoreFocusOut: true,
  });
  return note === undefined ? undefined : { note };
}

/** The set that was added to last, or the only one; of several the user picks. Null: a new one. Undefined: they did not. */
async function likelySet(context: PromptSetContext): Promise<Pick<Form, 'set'> | undefined> {
  const sets = await findSets(context.documents);
  const last = context.memento.get<string>(LAST);
  const known = sets.find((uri) => uri.toString() === last);
  if (known || sets.length < 2) return { set: known ?? sets[0] ?? null };
  return pickSet(context);
}

function preview(input: Sample['input']): string {
  const text = inputText(input).trim().replace(/\s+/g, ' ');
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}
