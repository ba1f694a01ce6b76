import type { Annotation, PrivacyVerdict } from '../../../shared/annotation.ts';
import type { Detector } from '../detector.ts';
import { findAddresses } from './address.ts';
import { findEmails } from './email.ts';
import type { Find, Recogniser } from './find.ts';
import { findIbans } from './iban.ts';
import { findIpAddresses } from './ip.ts';
import { findNumbers } from './numbers.ts';
import { findSecrets } from './secrets.ts';
import { findUrls } from './url.ts';

const RECOGNISERS: readonly Recogniser[] = [
  findEmails,
  findIbans,
  findIpAddresses,
  findNumbers,
  findAddresses,
  findUrls,
];

const VERSION = '2';

/** About a millisecond's work, in UTF-16 units, and how far a find may reach across the seam. */
const PIECE = 8192;
const SEAM = 512;

/**
 * Personal data by rules and checksums, and the sample's own secrets. Names, places and organisations are not
 * looked for: rules find them with too little precision to call it a leak.
 */
export function privacyDetector(): Detector<PrivacyVerdict> {
  const detector = `personal-data@${VERSION}`;
  return {
    kind: 'leak',
    name: 'personal-data',
    version: VERSION,
    *detect({ text, secrets = [] }) {
      const finds: Find[] = [];
      for (let from = 0; from === 0 || from < text.length; from += PIECE) {
        // Pieces overlap on both sides, for context and for what stands across a seam; a find counts in the piece
        // in which it starts.
        const begin = Math.max(0, from - SEAM);
        const piece = text.slice(begin, from + PIECE + SEAM);
        for (const recognise of RECOGNISERS) {
          for (const find of recognise(piece)) {
            const start = find.start + begin;
            if (start >= from && start < from + PIECE) finds.push({ ...find, start, end: find.end + begin });
          }
        }
        yield;
      }
      const secret = yield* findSecrets(text, secrets);
      return {
        spans: [...withoutOverlap(finds), ...secret].sort(byPlace).map((find) => annotation(find, detector)),
      };
    },
  };
}

function annotation({ start, end, type, score, reason }: Find, detector: string): Annotation {
  return { detector, kind: 'leak', span: [start, end], score, reason, type };
}

const byPlace = (a: Find, b: Find) => a.start - b.start || a.end - b.end;

/** Of finds that overlap, the surer one. */
function withoutOverlap(finds: readonly Find[]): Find[] {
  const kept: Find[] = [];
  for (const find of [...finds].sort(byPlace)) {
    const last = kept.at(-1);
    if (last === undefined || find.start >= last.end) kept.push(find);
    else if (
      find.score > last.score ||
      (find.score === last.score && find.end - find.start > last.end - last.start)
    )
      kept[kept.length - 1] = find;
  }
  return kept;
}
