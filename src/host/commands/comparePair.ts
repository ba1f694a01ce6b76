import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { fail } from '../../shared/failure.ts';
import type { PairCatalog } from '../pairs/pairCatalog.ts';
import { firstError } from '../pairs/statusBar.ts';
import type { PromptPlace } from '../prompts/codeLenses.ts';
import { findPrompt } from '../prompts/findPrompt.ts';
import { requireTrust } from '../trust.ts';
import type { ComparePanels } from '../views/comparePanels.ts';

/**
 * *Compare Pair*. Menus pass the file's URI, a lens the place of its sample, the palette and the keyboard nothing.
 * @throws FailureError `untrusted`; `invalid-input` where there is no prompt at the place, or no whole pair.
 */
export async function comparePair(
  catalog: PairCatalog,
  panels: ComparePanels,
  from?: PromptPlace | vscode.Uri,
): Promise<void> {
  requireTrust();
  const choice = await catalog.current();
  if (!choice) {
    const fault = firstError(await catalog.sources());
    fail('invalid-input', `There is no pair to compare. ${fault ?? 'The pair file declares none.'}`, {
      remedy: 'The Problems panel shows what to mend.',
    });
  }
  const place = from && !(from instanceof vscode.Uri) ? from : undefined;
  const prompt = await findPrompt(place);
  if (prompt) void panels.compare({ id: randomUUID(), pair: choice.pair, ...prompt });
}
