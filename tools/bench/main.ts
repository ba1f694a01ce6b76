// node tools/bench/main.ts [--json] [area…]    Without areas: all of them.
import { type Measurement, runCases } from './case.ts';
import { diffCases } from './diff.ts';
import { driftCases } from './drift.ts';
import { formatTable, toJson } from './table.ts';
import { throughputCases } from './throughput.ts';

const AREAS: Record<string, () => AsyncIterable<Measurement>> = {
  diff: () => runCases(diffCases),
  drift: () => runCases(driftCases),
  engine: measureEngine,
  audit: () => runCases(throughputCases),
  view: measureView,
  promptSet: measurePromptSet,
  activation: measureActivation,
};

/** Writes 2.7 GB of random weights. */
async function* measureEngine(): AsyncGenerator<Measurement> {
  const { benchEngine } = await import('./engine.ts');
  yield* benchEngine();
}

/** The view is measured in a browser, which is started only if it is asked for. */
async function* measureView(): AsyncGenerator<Measurement> {
  const { benchView } = await import('./view.ts');
  for await (const { case: name, ours, reference, limit } of benchView()) {
    yield reference === null
      ? { name, reference: null, ours, theirs: null, target: { ms: limit } }
      : { name, reference: '<pre>', ours, theirs: reference, target: { ratio: limit } };
  }
}

/** Partly in a real editor, which is started only if it is asked for. */
async function* measurePromptSet(): AsyncGenerator<Measurement> {
  const { benchPromptSet, editCases } = await import('./promptSet.ts');
  yield* runCases(editCases);
  yield* benchPromptSet();
}

async function* measureActivation(): AsyncGenerator<Measurement> {
  const { benchActivation } = await import('./activation.ts');
  yield* benchActivation();
}

const args = process.argv.slice(2);
const areas = args.filter((arg) => arg !== '--json');
const unknown = areas.filter((area) => !Object.hasOwn(AREAS, area));
if (unknown.length > 0) {
  console.error(`No such area: ${unknown.join(', ')}. There are ${Object.keys(AREAS).join(', ')}.`);
  process.exit(2);
}

const measurements: Measurement[] = [];
for (const [area, measure] of Object.entries(AREAS)) {
  if (areas.length > 0 && !areas.includes(area)) continue;
  try {
    for await (const measurement of measure()) {
      console.error(`measured: ${measurement.name}`);
      measurements.push(measurement);
    }
  } catch (error) {
    console.error(`${area} could not be measured:`, error); // what the others came to is not lost with it
    process.exitCode = 1;
  }
}
console.log(args.includes('--json') ? toJson(measurements) : formatTable(measurements));
