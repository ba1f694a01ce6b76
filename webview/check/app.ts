import { render } from 'lit';
import type { CheckContract, CheckState } from '../../src/shared/checkView.ts';
import type { Failure } from '../../src/shared/failure.ts';
import base from '../ui/base.css';
import { failureOf } from '../ui/calls.ts';
import failure from '../ui/failure.css';
import type { Host } from '../ui/host.ts';
import matching from '../ui/matching.css';
import { adoptSheets } from '../ui/sheet.ts';
import sides from '../ui/sides.css';
import styles from './check.css';
import { page } from './page.ts';

/** The view of *Check Pair*: shows the state that the host sends, and asks for what its buttons say. */
export class CheckApp {
  readonly #host: Host<CheckContract>;
  readonly #root = document.createElement('main');
  #state: CheckState | null = null;
  #failure: Failure | null = null;
  /** Whether the report was just put on the clipboard. */
  #copied = false;

  constructor(host: Host<CheckContract>) {
    this.#host = host;
    adoptSheets([base, sides, matching, failure, styles]);
    document.body.append(this.#root);
  }

  async start(): Promise<void> {
    this.#host.on('changed', (state) => this.#show(state));
    this.#render();
    try {
      this.#show(await this.#host.call('ready'));
    } catch (error) {
      this.#fail(error);
    }
  }

  #show(state: CheckState): void {
    this.#state = state;
    this.#copied = false;
    this.#render();
  }

  #render(): void {
    render(
      page(this.#state, this.#failure, this.#copied, {
        recheck: () => void this.#ask('recheck'),
        cancel: () => void this.#ask('cancel'),
        openPairFile: () => void this.#ask('openPairFile'),
        setApiKey: () => void this.#ask('setApiKey'),
        showLog: () => void this.#ask('showLog'),
        copyJson: async () => {
          this.#copied = await this.#ask('copyJson');
          this.#render();
        },
      }),
      this.#root,
    );
  }

  /** Whether the host did what it was asked. */
  async #ask(name: Exclude<keyof CheckContract['calls'] & string, 'ready'>): Promise<boolean> {
    this.#failure = null;
    try {
      await this.#host.call(name);
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  #fail(error: unknown): void {
    this.#failure = failureOf(error);
    this.#render();
  }
}
