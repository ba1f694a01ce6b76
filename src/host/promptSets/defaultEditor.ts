import * as vscode from 'vscode';
import { PROMPT_SET_EDITOR } from './editor/promptSetEditor.ts';

const SECTION = 'workbench';
const ASSOCIATIONS = 'editorAssociations';
const PATTERN = '*.prompts.jsonl';
const CONTEXT = 'driftscope.gridIsDefault';

/**
 * Says in VS Code's own setting how prompt sets open by themselves, for every workspace. Text is what the extension
 * begins with: search results and problems lead to a line, which only a text editor shows.
 */
export async function openSetsByDefaultAs(editor: 'grid' | 'text'): Promise<void> {
  const configuration = vscode.workspace.getConfiguration(SECTION);
  const { [PATTERN]: _before, ...others } =
    configuration.inspect<Record<string, string>>(ASSOCIATIONS)?.globalValue ?? {};
  const associations = editor === 'grid' ? { ...others, [PATTERN]: PROMPT_SET_EDITOR } : others;
  const none = Object.keys(associations).length === 0;
  await configuration.update(
    ASSOCIATIONS,
    none ? undefined : associations,
    vscode.ConfigurationTarget.Global,
  );
}

/** Tells menus, as a context key, which of both it is. */
export function followDefaultEditor(): vscode.Disposable {
  const tell = () => {
    const associations = vscode.workspace.getConfiguration(SECTION).get<Record<string, string>>(ASSOCIATIONS);
    void vscode.commands.executeCommand('setContext', CONTEXT, associations?.[PATTERN] === PROMPT_SET_EDITOR);
  };
  tell();
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration(`${SECTION}.${ASSOCIATIONS}`)) tell();
  });
}
