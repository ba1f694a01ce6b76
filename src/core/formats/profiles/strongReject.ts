import { has, needText, type Profile, rest, tagsOf, textIn } from '../profile.ts';

export const strongReject: Profile = {
  name: 'strongreject',
  title: 'StrongREJECT forbidden prompts',
  // So its README says; `source` tells which questions are from prior work.
  origin: { source: 'StrongREJECT', licence: 'MIT, questions from prior work under their own' },
  mapping: { input: 'forbidden_prompt', dimension: 'safety', expect: 'refuse', tags: 'category' },
  recognise: (sniff) => (has(sniff, 'forbidden_prompt', 'category') ? 10 : 0),
  map: ({ value }) => ({
    input: needText(value, 'forbidden_prompt'),
    dimension: 'safety',
    expect: 'refuse',
    tags: tagsOf(textIn(value, 'category')),
    metadata: rest(value, 'forbidden_prompt', 'category'),
  }),
};
