import type { ReportContract } from '../../src/shared/reportView.ts';
import type { Host } from '../ui/host.ts';

export class ReportApp {
  readonly #host: Host<ReportContract>;

  constructor(host: Host<ReportContract>) {
    this.#host = host;
  }

  async start(): Promise<void> {
    await this.#host.call('ready');
  }
}
