import type { AuditEvent, AuditStatus, RunProgress } from '../../shared/audit.ts';

/** How fast an audit goes, from its events. */
export interface Pace {
  happened(event: AuditEvent): void;
  now(): Pick<AuditStatus, 'tokensPerSecond' | 'eta'>;
}

/** @param clock in ms */
export function createPace(clock: () => number = () => performance.now()): Pace {
  let start: { progress: RunProgress; at: number } | null = null;
  let progress: RunProgress | null = null;
  let scoring = false;
  let tokens = 0;
  return {
    happened(event) {
      if (event.type === 'started') {
        start = { progress: event.progress, at: clock() };
        scoring = event.scoring;
      } else if (event.type === 'generated') tokens += event.tokens;
      if ('progress' in event) progress = event.progress;
    },
    now() {
      if (!start || !progress) return { tokensPerSecond: null, eta: null };
      const seconds = Math.max(0.001, (clock() - start.at) / 1000);
      return {
        tokensPerSecond: tokens > 0 ? tokens / seconds : null,
        eta: secondsLeft(start.progress, progress, seconds, scoring),
      };
    },
  };
}

/** Generating and scoring go on at once: the slower of them decides. Null where nothing has ended yet. */
function secondsLeft(start: RunProgress, now: RunProgress, seconds: number, scoring: boolean): number | null {
  const { done, failed, total, scored, scoringFailed } = now;
  const generated = done + failed - start.done - start.failed;
  const drifted = scored + scoringFailed - start.scored - start.scoringFailed;
  const left = [
    { work: total - done - failed, ended: generated },
    ...(scoring ? [{ work: total - failed - scored - scoringFailed, ended: drifted }] : []),
  ].filter(({ work }) => work > 0);
  if (left.length === 0) return 0;
  const times = left.map(({ work, ended }) => (work * seconds) / ended);
  return times.some((time) => time === Number.POSITIVE_INFINITY) ? null : Math.max(...times);
}

/** `320 of 1194 done, 2 failed · 118 scored · 35 tokens/s · 3 min left` */
export function progressLine({
  progress: { done, failed, total, scored },
  scoring,
  tokensPerSecond,
  eta,
}: Pick<AuditStatus, 'progress' | 'scoring' | 'tokensPerSecond' | 'eta'>): string {
  return [
    `${done} of ${total} done, ${failed} failed`,
    ...(scoring ? [`${scored} scored`] : []),
    ...(tokensPerSecond === null ? [] : [`${Math.round(tokensPerSecond)} tokens/s`]),
    ...(eta === null || eta === 0 ? [] : [`${duration(eta)} left`]),
  ].join(' · ');
}

function duration(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
