import { createPace, progressLine } from '../../core/audit/pace.ts';
import type { AuditEvent } from '../../shared/audit.ts';
import type { Output } from '../command.ts';
import type { Progress } from '../progress.ts';

/** ms between two lines where there is no terminal to write over them. */
const LOG_PERIOD = 10_000;

/** Shows how far an audit is: on a terminal as one line that changes, in a log as a line now and then. */
export function auditProgress(
  stderr: Output,
  line: Progress,
  now: () => number = Date.now,
): { happened(event: AuditEvent): void } {
  const pace = createPace(now);
  let loggedAt = now();
  let scoring = false;
  return {
    happened(event) {
      pace.happened(event);
      if (event.type === 'started') scoring = event.scoring;
      if (!('progress' in event)) return;
      const text = progressLine({ progress: event.progress, scoring, ...pace.now() });
      line.show(text);
      if (stderr.isTerminal) return;
      if (event.type !== 'ended' && now() - loggedAt < LOG_PERIOD) return;
      loggedAt = now();
      stderr.write(`${text}\n`);
    },
  };
}
