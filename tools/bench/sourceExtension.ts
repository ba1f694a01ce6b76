import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

/**
 * Installs the extension as its VSIX has it, but for the engine and the models.
 * @param data the editor's data directory
 */
export function installFromSource(data: string): void {
  const extension = join(data, 'extensions/driftscope.driftscope-0.1.0');
  mkdirSync(extension, { recursive: true });
  const build = [join(ROOT, 'esbuild.mjs'), '--production', `--outdir=${join(extension, 'dist')}`];
  execFileSync(process.execPath, build, { cwd: ROOT, stdio: 'ignore' });
  cpSync(join(ROOT, 'package.json'), join(extension, 'package.json'));
  cpSync(join(ROOT, 'media'), join(extension, 'media'), {
    recursive: true,
    filter: (path) => !path.includes('models'),
  });
}
