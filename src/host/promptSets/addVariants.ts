import * as vscode from 'vscode';
import type { Edit } from '../../core/jsonText/problem.ts';
import { addSamples } from '../../core/prompts/edits.ts';
import type { Line } from '../../core/prompts/promptDocument.ts';
import { generateVariants, VARIANT_KINDS, type VariantKind } from '../../core/prompts/variants.ts';
import { fail } from '../../shared/failure.ts';
import { inputText, type Sample } from '../../shared/prompt.ts';
import { workspaceEdit } from './edits.ts';
import type { OpenPromptSet, PromptDocuments } from './promptDocuments.ts';
import { openSet } from './workspaceSets.ts';

const KINDS: Readonly<Record<VariantKind, { label: string; detail: string }>> = {
  frame: { label: 'Paraphrase', detail: 'the same request in another frame' },
  typos: { label: 'Typos', detail: 'letters swapped, doubled or left out' },
  casing: { label: 'Casing', detail: 'capitals, lower case, both' },
  style: { label: 'Style shift', detail: 'as the OOD dimension has it: old, formal, terse wording' },
  contrast: { label: 'Contrast pair', detail: 'as in XSTest: alike in words, with the other answer right' },
};

interface Parent {
  line: Line;
  sample: Sample;
}

/**
 * *Add Variants…*: of some samples of a set, each linked to its parent. Shows them before they are added.
 * @param ids default: the samples of the selected lines
 * @throws FailureError `invalid-input` where there is no sample, or none that variants can be made of.
 */
export async function addVariants(
  documents: PromptDocuments,
  uri: vscode.Uri,
  ids?: readonly string[],
): Promise<void> {
  const set = await openSet(uri, documents);
  const parents = ids ? parentsOf(set, ids) : selectedParents(set);
  if (parents.length === 0) {
    fail('invalid-input', 'There is no sample to make variants of.', {
      remedy: 'Put the cursor on the line of a sample, or select several lines.',
    });
  }
  const kinds = await pickKinds(parents.length);
  if (!kinds) return;
  const perKind = await pickNumber(kinds.length, parents.length);
  if (!perKind) return;
  const variants = await pickVariants(set, parents, kinds, perKind);
  if (!variants) return;
  // Each after its parent, in the order of the text, all as one step of undo.
  const edits = parents.flatMap(({ line }): Edit[] => {
    const own = variants.filter(({ parent }) => parent === line).map(({ sample }) => sample);
    const next = set.document.indexOf(line) + 1;
    const before = next < set.document.lineCount ? set.document.lineAt(next) : null;
    return own.length === 0 ? [] : addSamples(set.document, own, before);
  });
  await vscode.workspace.applyEdit(workspaceEdit(set.textDocument, edits));
}

function parentsOf({ document }: OpenPromptSet, ids: readonly string[]): Parent[] {
  const wanted = new Set(ids);
  const parents: Parent[] = [];
  for (const line of document.lines()) {
    const sample = document.parsed(line)?.sample;
    if (sample && wanted.delete(sample.id)) parents.push({ line, sample });
    if (wanted.size === 0) break;
  }
  return parents;
}

function selectedParents({ document, textDocument }: OpenPromptSet): Parent[] {
  const editor = vscode.window.visibleTextEditors.find((one) => one.document === textDocument);
  const numbers = new Set(
    (editor?.selections ?? []).flatMap(({ start, end }) =>
      Array.from({ length: end.line - start.line + 1 }, (_, index) => start.line + index),
    ),
  );
  return [...numbers]
    .sort((a, b) => a - b)
    .flatMap((number) => {
      const line = document.lineAt(number);
      const sample = document.parsed(line)?.sample;
      return sample ? [{ line, sample }] : [];
    });
}

async function pickKinds(parents: number): Promise<VariantKind[] | undefined> {
  const picked = await vscode.window.showQuickPick(
    VARIANT_KINDS.map((name) => ({ ...KINDS[name], name, picked: name !== 'contrast' })),
    {
      title: `Add Variants of ${parents === 1 ? 'a Sample' : `${parents} Samples`}: which kinds?`,
      canPickMany: true,
      ignoreFocusOut: true,
    },
  );
  return picked && picked.length > 0 ? picked.map(({ name }) => name) : undefined;
}

async function pickNumber(kinds: number, parents: number): Promise<number | undefined> {
  const picked = await vscode.window.showQuickPick(
    [1, 2, 3, 5].map((number) => ({
      label: `${number} of each kind`,
      description: `at most ${number * kinds * parents}`,
      number,
    })),
    { title: 'Add Variants: how many?', ignoreFocusOut: true },
  );
  return picked?.number;
}

/** Shows what would be added, all checked. */
async function pickVariants(
  { checker }: OpenPromptSet,
  parents: readonly Parent[],
  kinds: readonly VariantKind[],
  perKind: number,
): Promise<{ parent: Line; sample: Sample }[] | undefined> {
  const fresh = new Set<string>();
  const taken = { has: (id: string) => checker.hasId(id) || fresh.has(id) };
  const items: (vscode.QuickPickItem & { variant?: { parent: Line; sample: Sample } })[] = [];
  for (const { line, sample: parent } of parents) {
    const variants = generateVariants(parent, { kinds, seed: 1, perKind }, taken);
    for (const { id } of variants) fresh.add(id);
    if (variants.length === 0) continue;
    items.push({
      label: `${parent.id}: ${shortened(inputText(parent.input))}`,
      kind: vscode.QuickPickItemKind.Separator,
    });
    for (const sample of variants) {
      const copy = checker.mostLike(sample.input)?.share === 1;
      items.push({
        label: shortened(inputText(sample.input)),
        description: [sample.id, sample.expect, ...(copy ? ['is in the set already'] : [])]
          .filter((part) => part !== undefined)
          .join(' · '),
        picked: !copy,
        variant: { parent: line, sample },
      });
    }
  }
  if (items.length === 0) {
    fail('invalid-input', 'No variants of these kinds can be made of these samples.', {
      remedy: 'Contrast pairs and paraphrases need a question of a form that is known; try typos or casing.',
    });
  }
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Add Variants: which ones?',
    placeHolder: 'Each is linked to its parent and belongs to the same dimension',
    canPickMany: true,
    ignoreFocusOut: true,
    matchOnDescription: true,
  });
  const variants = picked?.flatMap(({ variant }) => (variant ? [variant] : []));
  return variants && variants.length > 0 ? variants : undefined;
}

function shortened(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  return line.length <= 120 ? line : `${line.slice(0, 119)}…`;
}
