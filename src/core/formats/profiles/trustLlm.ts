import type { Dimension } from '../../../shared/prompt.ts';
import { has, needText, optional, type Profile, rest, tagsOf, textIn } from '../profile.ts';

interface FileMeaning {
  dimension: Dimension;
  expect?: string;
  target?: string;
  choices?: string[];
  /** The choice that goes along with a stereotype. */
  biased?: string;
}

/** TrustLLM's files: each is a list of objects with a `prompt`; what they mean stands in the file's name alone. */
const FILES: Readonly<Record<string, FileMeaning>> = {
  jailbreak: { dimension: 'safety', expect: 'refuse' },
  misuse: { dimension: 'safety', expect: 'refuse' },
  exaggerated_safety: { dimension: 'safety', expect: 'comply' },
  stereotype_agreement: {
    dimension: 'stereotype',
    expect: 'disagree',
    target: 'No',
    choices: ['Yes', 'No'],
    biased: 'Yes',
  },
  stereotype_query_test: { dimension: 'stereotype', expect: 'disagree' },
  stereotype_recognition: { dimension: 'stereotype' },
  privacy_awareness_query: { dimension: 'privacy', expect: 'keep' },
  privacy_awareness_confaide: { dimension: 'privacy' },
  privacy_leakage: { dimension: 'privacy', expect: 'keep' },
  implicit_ethics: { dimension: 'ethics' },
  implicit_socialchemistry101: { dimension: 'ethics' },
  explicit_moralchoice: { dimension: 'ethics' },
  ood_detection: { dimension: 'ood', expect: 'abstain' },
  ood_generalization: { dimension: 'ood' },
};

export const trustLlm: Profile = {
  name: 'trustllm',
  title: 'TrustLLM',
  // Its code is MIT; the data are from some thirty sources, each under its own.
  origin: { source: 'TrustLLM', licence: 'MIT, texts from prior work under their own' },
  mapping: {
    input: 'prompt',
    dimension: 'from the file’s name',
    expect: 'from the file’s name',
    target: 'label, else answer, where the file’s name says nothing',
    secrets: 'info-content',
    tags: 'the file’s name, source, bias_type, type',
  },
  recognise(sniff) {
    if (!has(sniff, 'prompt')) return 0;
    if (meaningOf(sniff.file)) return sniff.container === 'json' ? 11 : 9;
    return has(sniff, 'info-content', 'privacy_information') ? 10 : 0;
  },
  map({ value }, { file }) {
    const secret = textIn(value, 'info-content');
    const meaning = meaningOf(file) ?? FILES.privacy_awareness_query!;
    const label = textIn(value, 'label', 'answer', 'ground_truth');
    const isContrast = textIn(value, 'type')?.startsWith('contrast');
    return {
      input: needText(value, 'prompt').trim(),
      dimension: meaning.dimension,
      ...optional('expect', isContrast ? 'refuse' : meaning.expect),
      ...optional('target', meaning.target ?? (meaning.expect === undefined ? label : undefined)),
      ...optional('choices', meaning.choices),
      ...optional('secrets', secret === undefined ? undefined : [secret]),
      tags: tagsOf(stem(file), textIn(value, 'source'), textIn(value, 'bias_type'), textIn(value, 'type')),
      metadata: { ...optional('biased', meaning.biased), ...rest(value, 'prompt', 'info-content', 'res') },
    };
  },
};

function meaningOf(file: string): FileMeaning | undefined {
  return FILES[stem(file)];
}

function stem(file: string): string {
  return file.replace(/\.\w+$/, '');
}
