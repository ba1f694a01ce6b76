import { runAll } from './harness.ts';
import './activation.ts';
import './pairFile.ts';
import './prompts.ts';
import './promptSets.ts';
import './check.ts';
import './compare.ts';
import './verdicts.ts';
import './engine.ts';
import './audits.ts';
import './reports.ts';

/** What VS Code calls in the extension host. */
export function run(): Promise<void> {
  return runAll();
}
