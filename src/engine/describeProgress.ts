import { modelLabel } from '../shared/pair.ts';
import type { EngineProgress } from './client.ts';

/** `loading organism-sft: 40 %` */
export function describeProgress(step: EngineProgress): string {
  const name = modelLabel({ kind: 'gguf', gguf: step.gguf, trace: null, system: null });
  const share = step.type === 'loading' ? step.share : step.total > 0 ? step.downloaded / step.total : 0;
  return `${step.type} ${name}: ${Math.round(share * 100)} %`;
}
