// Bundles what runs: the extension, the command line, the engine's child process, the worker, and the webviews.
import { rmSync } from 'node:fs';
import esbuild from 'esbuild';

const watch = process.argv.includes('--watch');
const tests = process.argv.includes('--tests');
const production = process.argv.includes('--production');
const outdir =
  process.argv.find((argument) => argument.startsWith('--outdir='))?.slice('--outdir='.length) ?? 'dist';

/** @type {import('esbuild').BuildOptions} */
const common = {
  bundle: true,
  sourcemap: production ? false : 'linked',
  minify: production,
  target: 'es2023',
  logLevel: 'warning',
};

/** @type {import('esbuild').BuildOptions} */
const node = {
  ...common,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // jsonc-parser's "main" is UMD, whose requires a bundler cannot follow.
  mainFields: ['module', 'main'],
  // Some bundled CommonJS packages call require at run time.
  banner: {
    js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);",
  },
  external: ['vscode', 'node-llama-cpp'],
};

const builds = [
  // Split, so that activation loads what it registers and no more: the clients of models come with the first comparison.
  {
    ...node,
    entryPoints: { extension: 'src/extension.ts' },
    outdir,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
  },
  // Split too: under an old Node the entry only starts a newer one, and must not import what the old one lacks.
  {
    ...node,
    entryPoints: { cli: 'src/cli/main.ts' },
    outdir,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    banner: { js: `#!/usr/bin/env node\n${node.banner?.js}` },
  },
  { ...node, entryPoints: { engine: 'src/engine/main.ts' }, outdir },
  { ...node, entryPoints: { worker: 'src/host/worker/main.ts' }, outdir },
  { ...node, entryPoints: { audit: 'src/host/audits/thread.ts' }, outdir },
  { ...node, entryPoints: { report: 'src/host/report/worker.ts' }, outdir },
  {
    ...common,
    platform: 'browser',
    format: 'esm',
    entryPoints: {
      check: 'webview/check/main.ts',
      compare: 'webview/compare/main.ts',
      import: 'webview/import/main.ts',
      promptSet: 'webview/promptSet/main.ts',
      report: 'webview/report/main.ts',
    },
    outdir: `${outdir}/webview`,
    loader: { '.css': 'text' },
  },
  ...(tests
    ? [{ ...node, entryPoints: { index: 'test/host/index.ts' }, outdir: `${outdir}/test/host` }]
    : []),
];

rmSync(outdir, { recursive: true, force: true });
if (watch) {
  for (const options of builds) await (await esbuild.context(options)).watch();
} else {
  await Promise.all(builds.map((options) => esbuild.build(options)));
}
