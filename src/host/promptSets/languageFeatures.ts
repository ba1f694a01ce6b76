import * as vscode from 'vscode';
import { freeId, lineOf } from '../../core/prompts/edits.ts';
import { documentationAt, type SampleSchema, suggestionsAt } from '../../core/prompts/suggestions.ts';
import { templateFor } from '../../core/prompts/templates.ts';
import { DIMENSIONS } from '../../shared/prompt.ts';
import { lazy } from '../lazy.ts';
import type { PromptDocuments } from './promptDocuments.ts';

/** Longer lines are data that nobody types into, and reading them at every key costs. UTF-16 units. */
const LONGEST_LINE = 50_000;

/**
 * Completion and documentation of fields and values in prompt sets, from the schema of a sample. VS Code's own JSON
 * language service reads a whole file as one value, so that it leaves JSON Lines alone.
 * @param schema where the schema of a sample is
 */
export function registerPromptLanguageFeatures(
  documents: PromptDocuments,
  schema: vscode.Uri,
): vscode.Disposable {
  const loaded = lazy(async (): Promise<SampleSchema> => {
    return JSON.parse(new TextDecoder().decode(await vscode.workspace.fs.readFile(schema)));
  });

  const completion: vscode.CompletionItemProvider = {
    async provideCompletionItems(document, { line, character }) {
      const { text } = document.lineAt(line);
      if (text.length > LONGEST_LINE) return [];
      if (text.trim() === '') return templates(document, documents);
      return suggestionsAt(text, character, await loaded()).map((suggestion) => {
        const isField = suggestion.kind === 'field';
        const kind = isField ? vscode.CompletionItemKind.Property : vscode.CompletionItemKind.EnumMember;
        const item = new vscode.CompletionItem(suggestion.label, kind);
        const head = snippetText(suggestion.text.slice(0, suggestion.cursor));
        const tail = snippetText(suggestion.text.slice(suggestion.cursor));
        item.insertText = new vscode.SnippetString(isField ? `${head}$1${tail}` : head);
        item.range = new vscode.Range(line, suggestion.span[0], line, suggestion.span[1]);
        item.filterText =
          text.charAt(suggestion.span[0]) === '"' ? `"${suggestion.label}"` : suggestion.label;
        item.documentation = suggestion.documentation;
        // The values that a field can have are what is wanted next.
        if (isField) item.command = { title: 'Suggest', command: 'editor.action.triggerSuggest' };
        return item;
      });
    },
  };

  const hover: vscode.HoverProvider = {
    async provideHover(document, { line, character }) {
      const { text } = document.lineAt(line);
      if (text.length > LONGEST_LINE) return null;
      const found = documentationAt(text, character, await loaded());
      return (
        found && new vscode.Hover(found.text, new vscode.Range(line, found.span[0], line, found.span[1]))
      );
    },
  };

  const selector = { pattern: '**/*.prompts.jsonl' };
  return vscode.Disposable.from(
    vscode.languages.registerCompletionItemProvider(selector, completion, '"', ' ', ':'),
    vscode.languages.registerHoverProvider(selector, hover),
  );
}

/** On an empty line: a whole sample of each dimension. */
function templates(document: vscode.TextDocument, documents: PromptDocuments): vscode.CompletionItem[] {
  const set = documents.of(document);
  if (!set) return [];
  return DIMENSIONS.map((dimension) => {
    const item = new vscode.CompletionItem(`${dimension} sample`, vscode.CompletionItemKind.Snippet);
    const id = freeId(`${dimension}-000`, { has: (taken) => set.checker.hasId(taken) });
    item.insertText = lineOf(templateFor(dimension, id));
    item.detail = id;
    return item;
  });
}

/** Text as a snippet has it, where `$`, `}` and `\` mean something else. */
function snippetText(text: string): string {
  return text.replace(/[\\$}]/g, '\\$&');
}
