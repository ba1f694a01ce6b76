import {
  css,
  type Diverging,
  divergingRamps,
  type HeatColour,
  heatRamp,
  mix,
  parseColour,
  type Rgb,
} from './ramp.ts';
import { BUCKETS } from './scale.ts';

/** What canvas and heat need of the editor's theme; everything else takes `--vscode-*` straight in CSS. */
export interface Theme {
  dark: boolean;
  highContrast: boolean;
  background: Rgb;
  foreground: Rgb;
  /** For what is less important: at least 4.5:1 on the editor's background in the default themes. */
  dim: Rgb;
  /** Colours of the heat buckets 1..8, at indices 0..7. */
  heat: HeatColour[];
  /** Of what may be below or above zero, by the same buckets. */
  diverging: Diverging;
  /** Of heat whose bound rests on too little coverage. */
  faint: HeatColour;
  /** Resolves any theme variable to a CSS colour, or to the fallback. */
  variable(name: string, fallback: string): string;
}

export function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const variable = (name: string, fallback: string) => style.getPropertyValue(name).trim() || fallback;
  const kind = document.body.classList;
  const highContrast = kind.contains('vscode-high-contrast') || kind.contains('vscode-high-contrast-light');
  const dark = kind.contains('vscode-dark') || (highContrast && !kind.contains('vscode-high-contrast-light'));
  const background =
    parseColour(variable('--vscode-editor-background', '')) ?? (dark ? [31, 31, 31] : [255, 255, 255]);
  const foreground =
    parseColour(variable('--vscode-editor-foreground', '')) ?? (dark ? [204, 204, 204] : [59, 59, 59]);
  const grey: Rgb = dark ? [70, 70, 70] : [218, 218, 218];
  return {
    dark,
    highContrast,
    background,
    foreground,
    dim: highContrast ? foreground : mix(foreground, 0.72, background),
    heat: heatRamp(BUCKETS, background, foreground),
    diverging: divergingRamps(BUCKETS, background, foreground),
    faint: { background: grey, text: dark ? [255, 255, 255] : [0, 0, 0] },
    variable,
  };
}

/** Calls back after each change of the editor's theme. Returns what stops it. */
export function onThemeChange(changed: () => void): () => void {
  // VS Code swaps the variables on <html> and the kind's class on <body>, in two steps of one task.
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
  observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
  return () => observer.disconnect();
}

/** The rules that paint heat: one highlight per bucket, and the marks of a bound and of low coverage. */
export function heatRules(theme: Theme): string {
  const { below, above } = theme.diverging;
  const rules = Object.entries({ heat: theme.heat, 'ratio-below': below, 'ratio-above': above }).flatMap(
    ([name, ramp]) =>
      ramp.map(
        (colour, at) =>
          `::highlight(${name}-${at + 1}), .${name}-${at + 1} { background-color: ${css(colour.background)}; color: ${css(colour.text)}; }`,
      ),
  );
  const { background, text } = theme.faint;
  rules.push(
    `::highlight(heat-faint), .heat-faint { background-color: ${css(background)}; color: ${css(text)}; }`,
  );
  return rules.join('\n');
}
