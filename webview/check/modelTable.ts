import { html, nothing, type TemplateResult } from 'lit';
import type { CheckResult, ModelProbe, ProbeCheck } from '../../src/shared/probe.ts';
import { type BySide, SIDES } from '../../src/shared/side.ts';
import { count } from '../ui/format.ts';
import { type FailureActions, failed } from './failed.ts';

const REACH: Record<ModelProbe['scoring']['reach'], string> = {
  'top-k': 'yes, with the likeliest tokens beside',
  'actual-token': 'the given tokens only: surprisal, no KL',
  'own-generation': 'no; at best what it writes itself',
  none: 'no',
};

const MARKS: Record<CheckResult, string> = { passed: '✓', failed: '✗', unknown: '?' };

/** Facts of a model, by the name of their row; null: it does not tell. */
const FACTS: readonly [name: string, fact: (model: ModelProbe) => string | null][] = [
  ['Server', ({ identity }) => identity && [identity.server, identity.version].filter(Boolean).join(' ')],
  ['At', ({ origin }) => origin ?? 'this machine'],
  ['Runs', ({ identity }) => identity?.model ?? null],
  ['Context', ({ identity }) => tokens(identity?.contextLength)],
  ['Vocabulary', ({ identity }) => tokens(identity?.vocabularySize)],
  ['Parameters', ({ identity }) => (identity?.parameters ? count(identity.parameters) : null)],
  ['Quantization', ({ identity }) => identity?.quantization ?? null],
];

const SCORING: readonly [name: string, fact: (model: ModelProbe) => string | null][] = [
  ['Scores given text', ({ scoring }) => REACH[scoring.reach]],
  ['By', ({ scoring }) => scoring.route],
  [
    'Largest k',
    ({ scoring: { reach, maxTop } }) =>
      reach === 'top-k' ? (maxTop === null ? 'the whole vocabulary' : count(maxTop)) : null,
  ],
  [
    'Token ids',
    ({ scoring }) =>
      scoring.generatedIds
        ? 'told with what it writes'
        : scoring.tokenIds
          ? 'found by tokenizing its text again'
          : 'none',
  ],
];

function tokens(value: number | null | undefined): string | null {
  return value ? `${count(value)} tokens` : null;
}

/** What each check is about, where its title would not fit. */
const SHORT: Record<string, string> = {
  values: 'Log-probabilities',
  'log-base': 'Base of the logarithm',
  temperature: 'Raw, before temperature',
  repeatable: 'Repeatability',
  'round-trip': 'Emoji and Chinese',
  bos: 'Begin of sequence',
  trace: 'Trace',
  'first-choice': 'Own first choice',
};

/** Both models side by side: who serves them, how they score, and what was tried out. */
export function modelTable(
  names: BySide<string>,
  models: BySide<ModelProbe | null>,
  running: boolean,
  actions: FailureActions,
): TemplateResult {
  const known = SIDES.flatMap((side) => models[side] ?? []);
  const checks = new Map(known.flatMap((model) => model.checks.map(({ id, title }) => [id, title])));
  const facts = (rows: typeof FACTS) =>
    rows
      .filter(([, fact]) => known.length === 0 || known.some((model) => fact(model) !== null))
      .map(([name, fact]) => row(name, null, (model) => told(model, fact)));
  const row = (name: string, meaning: string | null, cell: (model: ModelProbe) => unknown) => html`<tr>
    <th scope="row" title=${meaning ?? nothing}>${name}</th>
    ${SIDES.map((side) => {
      const model = models[side];
      return html`<td data-side=${side}>${model ? cell(model) : pending(running)}</td>`;
    })}
  </tr>`;
  return html`<table class="models">
    <thead>
      <tr>
        <td></td>
        ${SIDES.map(
          (side) => html`<th scope="col" class=${side}>
            <div class="side-name">${side}</div>
            <div class="model-name">${names[side]}</div>
          </th>`,
        )}
      </tr>
      ${
        known.some(({ failure }) => failure)
          ? html`<tr>
              <td></td>
              ${SIDES.map((side) => {
                const failure = models[side]?.failure;
                return html`<td data-side=${side}>${failure ? failed(failure, actions) : nothing}</td>`;
              })}
            </tr>`
          : nothing
      }
    </thead>
    <tbody>
      ${facts(FACTS)}
    </tbody>
    <tbody>
      ${facts(SCORING)}
    </tbody>
    <tbody>
      ${[...checks].map(([id, title]) =>
        row(SHORT[id] ?? title, title, (model) =>
          checked(
            model.checks.find((check) => check.id === id),
            running,
          ),
        ),
      )}
    </tbody>
  </table>`;
}

/** Of a model that was not reached, nothing is known but where it should be. */
function told(model: ModelProbe, fact: (model: ModelProbe) => string | null) {
  const isReached = model.identity !== null || model.failure === null || fact(model) === model.origin;
  return (isReached ? fact(model) : null) ?? html`<span class="dim">not told</span>`;
}

function pending(running: boolean) {
  return html`<span class="dim">${running ? '…' : 'not tried'}</span>`;
}

/** A lie says so in red words, not by its colour alone. */
function checked(check: ProbeCheck | undefined, running: boolean) {
  if (!check) return pending(running);
  const { result, seen } = check;
  return html`<span class="result ${result}"
      ><span aria-hidden="true">${MARKS[result]}</span> ${result === 'passed' ? html`<span class="sr-only">passed</span>` : result === 'failed' ? 'fails:' : 'unknown:'}</span
    >
    <span class="seen ${result}">${seen}</span>`;
}
