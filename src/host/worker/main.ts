import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Detectors, loadDetectors } from '../../core/annotate/annotate.ts';
import { atOnce } from '../../core/annotate/detector.ts';
import { annotateSide } from '../../core/compare/annotateSide.ts';
import { diffTexts } from '../../core/diff/diffTexts.ts';
import { serveTasks } from './serve.ts';
import type { Tasks } from './tasks.ts';

let detectors: Promise<Detectors> | undefined;

const tasks: Tasks = {
  diffTexts,
  async annotateSide(directory, texts) {
    detectors ??= loadDetectors((name) => readFile(join(directory, name)));
    return atOnce(annotateSide(await detectors, texts));
  },
};

serveTasks(tasks);
