// Screenshots of the import view's states for eyes to look at: `node tools/viewHarness/importShots.ts OUT [state…]`.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { launchBrowser } from '../browser.ts';
import { IMPORT_STATES } from './importStates.ts';
import { serveHarness } from './serve.ts';
import { THEMES, type ThemeName } from './themes.ts';

const [out = 'shots', ...only] = process.argv.slice(2);
await mkdir(out, { recursive: true });
const harness = await serveHarness();
const browser = await launchBrowser();
const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 520, height: 900 };
const shots: [state: string, theme: ThemeName, viewport: typeof WIDE][] = [
  ...Object.keys(IMPORT_STATES).map((name) => [name, 'dark', WIDE] as [string, ThemeName, typeof WIDE]),
  ...(Object.keys(THEMES) as ThemeName[])
    .filter((theme) => theme !== 'dark')
    .map((theme) => ['recognised', theme, WIDE] as [string, ThemeName, typeof WIDE]),
  ['byHand', 'light', NARROW],
  ['done', 'light', NARROW],
];
try {
  for (const [name, theme, viewport] of shots) {
    if (only.length > 0 && !only.includes(name)) continue;
    const page = await browser.newPage({ viewport });
    page.on('console', (message) => console.log(`${name} ${theme}: ${message.text()}`));
    page.on('pageerror', (error) => console.log(`${name} ${theme}: ${error.stack}`));
    await page.goto(`${harness.url}?view=import&theme=${theme}`);
    const state = await IMPORT_STATES[name]!();
    await page.evaluate((given) => {
      (globalThis as unknown as { harness: { open(state: unknown): void } }).harness.open(given);
    }, state);
    await page.waitForSelector('header h1');
    if (name === 'byHand') await page.locator('.sample summary').first().click();
    await page.waitForTimeout(150);
    const width = viewport === WIDE ? 'wide' : 'narrow';
    await page.screenshot({ path: path.join(out, `import-${name}-${theme}-${width}.png`) });
    await page.close();
  }
} finally {
  await browser.close();
  await harness.close();
}
