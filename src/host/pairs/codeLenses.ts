import * as vscode from 'vscode';
import { PAIR_FILE, parsePairFile } from '../../core/pairs/pairFile.ts';
import type { PairInFile } from '../check/checkPair.ts';
import { rangeOf } from './diagnostics.ts';
import { isPairFile, type PairCatalog } from './pairCatalog.ts';

/** *Check Pair* over each pair of a pair file that is whole. */
export function registerPairLenses(catalog: PairCatalog): vscode.Disposable {
  return vscode.languages.registerCodeLensProvider(
    { pattern: `**/${PAIR_FILE}` },
    {
      onDidChangeCodeLenses: catalog.onDidChange,
      provideCodeLenses(document) {
        if (!isPairFile(document)) return [];
        const text = document.getText();
        const { pairs, places } = parsePairFile(text);
        return pairs.flatMap(({ name }) => {
          const span = places.get(name);
          if (!span) return [];
          const from: PairInFile = { uri: document.uri, name };
          return new vscode.CodeLens(rangeOf(text, span), {
            title: '$(checklist) Check Pair',
            tooltip: 'Try out what the servers of this pair can score, and whether its models match',
            command: 'driftscope.checkPair',
            arguments: [from],
          });
        });
      },
    },
  );
}
