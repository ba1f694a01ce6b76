import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser, Frame, Page } from 'playwright-core';
import { launchBrowser } from '../../tools/browser.ts';
import { type RunningEditor, startEditor } from '../../tools/realEditor.ts';

export const ROOT = resolve(import.meta.dirname, '../..');
/** Another one may be tried than that of the last `npm run package`. */
export const VSIX =
  process.env.DRIFTSCOPE_VSIX ?? join(ROOT, 'out', `driftscope-${process.platform}-${process.arch}.vsix`);
const SHOTS = join(ROOT, 'out/screenshots');
/** How long a step may take on a machine that is slow and busy. ms */
export const PATIENCE = 60_000;

/** A real VS Code with the extension installed from its VSIX and a copy of the demo workspace open. */
export interface Workbench {
  page: Page;
  editor: RunningEditor;
  /** The workspace's folder. */
  folder: string;
  openFile(name: string): Promise<void>;
  /** Runs a command of the Command Palette by its title. */
  command(title: string): Promise<void>;
  /** Switches to a colour theme by its id, in the workspace's settings. (The list of themes asks the network.) */
  useTheme(id: string): void;
  /** Right-clicks a line (1-based) of the active editor and picks an entry of the menu. */
  pickFromMenu(line: number, entry: string): Promise<void>;
  /** The innermost frame of the webview that holds an element matching the selector. */
  webview(selector: string): Promise<Frame>;
  screenshot(name: string): Promise<void>;
  close(): Promise<void>;
}

/** @param files more files of the workspace, by name */
export async function openWorkbench(files: Record<string, string> = {}): Promise<Workbench> {
  const folder = mkdtempSync(join(tmpdir(), 'driftscope-e2e-'));
  cpSync(join(ROOT, 'media/demo'), folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  mkdirSync(SHOTS, { recursive: true });
  const editor = await startEditor({ workspace: folder, vsix: VSIX });
  let browser: Browser | null = null;
  const close = async () => {
    await browser?.close();
    await editor.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };
  try {
    browser = await launchBrowser();
    const page = await browser.newPage({ viewport: { width: 1720, height: 960 } });
    await page.goto(editor.url);
    page.setDefaultTimeout(PATIENCE);
    await page.waitForSelector('.monaco-workbench .part.statusbar', { timeout: 2 * PATIENCE });
    // The pair's name in the status bar: the extension runs.
    await page
      .locator('.statusbar-item', { hasText: 'demo' })
      .first()
      .waitFor({ timeout: 3 * PATIENCE });
    const useTheme = (id: string) => {
      mkdirSync(join(folder, '.vscode'), { recursive: true });
      writeFileSync(join(folder, '.vscode/settings.json'), JSON.stringify({ 'workbench.colorTheme': id }));
    };
    return { page, editor, folder, useTheme, close, ...gestures(page) };
  } catch (error) {
    await close();
    throw error;
  }
}

function gestures(
  page: Page,
): Pick<Workbench, 'openFile' | 'command' | 'pickFromMenu' | 'webview' | 'screenshot'> {
  const quickInput = async (key: string, text: string) => {
    await page.keyboard.press(key);
    const input = page.locator('.quick-input-widget input').first();
    await input.waitFor({ state: 'visible' });
    await input.fill(text);
    // Enter would take the entry that is focused, which may be another one: the list is not filtered yet, or ranks it first.
    const wanted = { hasText: text.replace(/^>/, '') };
    await page.locator('.quick-input-list .monaco-list-row', wanted).first().click();
  };
  return {
    async openFile(name) {
      // Into the group of the prompts, also when the comparison beside it has the focus.
      const lines = page.locator('.editor-instance .view-lines').first();
      if ((await lines.count()) > 0) await lines.click({ position: { x: 300, y: 10 } });
      await quickInput('Control+P', name);
      await page.locator('.tab.active', { hasText: name }).waitFor();
      await page.waitForSelector('.editor-instance .view-line');
    },
    command: (title) => quickInput('F1', `>${title}`),
    async pickFromMenu(line, entry) {
      await page.locator('.editor-instance .view-lines').first().waitFor();
      await page.keyboard.press('Control+G');
      await page.locator('.quick-input-widget input').first().fill(`:${line}`);
      await page.keyboard.press('Enter');
      // Lenses push lines down: measured only once they are there.
      await page.locator('.codelens-decoration').first().waitFor();
      // The line that holds the cursor, wherever scrolling and lenses have put it.
      const cursor = page.locator('.editor-instance .cursor').first();
      await cursor.waitFor({ state: 'attached' });
      await page.waitForTimeout(500);
      const box = await cursor.boundingBox();
      if (!box) throw new Error('the editor shows no cursor');
      await page.mouse.click(box.x + 60, box.y + box.height / 2, { button: 'right' });
      const item = page.locator('.monaco-menu .action-item', { hasText: entry }).first();
      await item.waitFor();
      // VS Code's menus take no click in their first 100 ms, against one that was meant to open them.
      await page.waitForTimeout(400);
      await item.click();
    },
    async webview(selector) {
      const end = Date.now() + 2 * PATIENCE;
      for (;;) {
        // The newest first: a view that was hidden and shown again is a new frame, and the old one may linger.
        for (const frame of page.frames().reverse()) {
          const found = await frame
            .locator(selector)
            .count()
            .catch(() => 0);
          if (found > 0) return frame;
        }
        if (Date.now() > end) throw new Error(`no webview has ${selector}`);
        await page.waitForTimeout(200);
      }
    },
    screenshot: async (name) => {
      await page.screenshot({ path: join(SHOTS, `${name}.png`) });
    },
  };
}
