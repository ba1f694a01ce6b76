// Screenshots of the views' states for eyes to look at: `node tools/viewHarness/shots.ts OUT [scenario…]`.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { launchBrowser } from '../browser.ts';
import { CHECK_SCENARIOS } from './checkScenarios.ts';
import { SCENARIOS } from './scenarios.ts';
import { serveHarness } from './serve.ts';
import { THEMES, type ThemeName } from './themes.ts';

const [out = 'shots', ...only] = process.argv.slice(2);
await mkdir(out, { recursive: true });
const harness = await serveHarness();
const browser = await launchBrowser();

const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 560, height: 800 };
const shots: [scenario: string, theme: ThemeName, viewport: typeof WIDE, view?: 'compare' | 'check'][] = [];
for (const theme of Object.keys(THEMES) as ThemeName[])
  shots.push(['refused', theme, WIDE], ['flipped', theme, WIDE]);
for (const scenario of Object.keys(SCENARIOS))
  if (scenario !== 'refused' && scenario !== 'flipped') shots.push([scenario, 'dark', WIDE]);
for (const theme of ['light', 'hc-dark', 'hc-light'] as const) {
  shots.push(['spans', theme, WIDE], ['mismatched', theme, WIDE]);
}
for (const scenario of ['spans', 'mismatched']) shots.push([scenario, 'light', NARROW]);
for (const scenario of ['bound', 'failed']) shots.push([scenario, 'light', WIDE]);
for (const scenario of ['refused', 'flipped', 'overruled', 'failed', 'longTrace', 'hostile'])
  shots.push([scenario, 'light', NARROW]);
for (const scenario of Object.keys(CHECK_SCENARIOS)) shots.push([scenario, 'dark', WIDE, 'check']);
for (const theme of ['light', 'hc-dark'] as const) shots.push(['lying', theme, WIDE, 'check']);
shots.push(['lying', 'light', NARROW, 'check']);

try {
  for (const [scenario, theme, viewport, view = 'compare'] of shots) {
    if (only.length > 0 && !only.includes(scenario)) continue;
    const page = await browser.newPage({ viewport });
    page.on('console', (m) => console.log(`${scenario} ${theme}: ${m.text()}`));
    page.on('pageerror', (error) => console.log(`${scenario} ${theme}: ${error.stack}`));
    await page.goto(`${harness.url}?view=${view}&scenario=${scenario}&theme=${theme}`);
    await page.waitForSelector(view === 'compare' ? '.section.answer' : '.check');
    await page.waitForTimeout(250);
    const width = viewport === WIDE ? 'wide' : 'narrow';
    await page.screenshot({
      path: path.join(out, `${view === 'compare' ? '' : `${view}-`}${scenario}-${theme}-${width}.png`),
    });
    if (['matched', 'mismatched', 'matchUnknown'].includes(scenario)) {
      await page.locator('button.matched').click();
      await page.waitForTimeout(100);
      await page.screenshot({ path: path.join(out, `${scenario}-${theme}-${width}-card.png`) });
    }
    if (['refused', 'flipped', 'bound', 'spans'].includes(scenario)) {
      await page.keyboard.press('F7');
      await page.waitForTimeout(200);
      await page.screenshot({ path: path.join(out, `${scenario}-${theme}-${width}-card.png`) });
    }
    await page.close();
  }
} finally {
  await browser.close();
  await harness.close();
}
