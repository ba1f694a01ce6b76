// What VS Code's webview shell and the extension host do for the view, in the page: theme variables on <html>, a
// class on <body>, an acquireVsCodeApi whose other end answers calls from a scenario.
import { initialComparison } from '../../src/shared/comparison.ts';
import { CHECK_SCENARIOS } from './checkScenarios.ts';
import { longPassages, makeComparison } from './generate.ts';
import { SCENARIOS as COMPARE_SCENARIOS } from './scenarios.ts';
import { THEMES } from './themes.ts';

const parameters = new URLSearchParams(location.search);
const SCENARIOS = { compare: COMPARE_SCENARIOS, check: CHECK_SCENARIOS }[parameters.get('view') ?? 'compare'];

function setTheme(name) {
  const { bodyClass, variables } = THEMES[name];
  document.documentElement.style.cssText = '';
  for (const [key, value] of Object.entries(variables)) {
    document.documentElement.style.setProperty(`--vscode-${key}`, value);
  }
  document.body.className = bodyClass;
}

setTheme(parameters.get('theme') ?? 'dark');

/** What the view asked of the host, in order: tests look here. */
const calls = [];
let kept = JSON.parse(sessionStorage.getItem('state') ?? 'null');

const deliver = (data) => window.dispatchEvent(new MessageEvent('message', { data }));

let answerReady;
const harness = {
  calls,
  kept: () => kept,
  setTheme,
  /** Answers `ready` later, with this state. */
  open: (state) => answerReady(state),
  emit: (event, value) => deliver({ event, value }),
  scenario: (name) => SCENARIOS[name](),
  initialComparison,
  makeComparison,
  longPassages,
};
window.harness = harness;

window.acquireVsCodeApi = () => ({
  postMessage({ call, name, args }) {
    calls.push([name, ...args]);
    if (name === 'ready') {
      const answer = (state) => deliver({ answer: call, result: state });
      const scenario = parameters.get('scenario');
      if (scenario) queueMicrotask(() => answer(SCENARIOS[scenario]()));
      else answerReady = answer;
      return;
    }
    const result = name === 'alternatives' ? { baseline: [], reasoning: [] } : undefined;
    queueMicrotask(() => deliver({ answer: call, result }));
  },
  getState: () => kept,
  setState(state) {
    kept = state;
    sessionStorage.setItem('state', JSON.stringify(state));
  },
});
