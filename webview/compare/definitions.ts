// What each figure is, over what, and how it was got: the tooltips, and the list under the summary.

export const DEFINITIONS = {
  n: 'Tokens of this segment that were scored. Control tokens (<think>, end of turn) are left out.',
  mean: 'Arithmetic mean over the segment’s tokens, in nats. It is taken on the text of the author chosen above; it estimates the drift of whole sequences only on the reasoning model’s own samples at temperature 1.',
  median: 'Half of the segment’s tokens lie below it. In nats.',
  p95: '95 % of the segment’s tokens lie below it (linear interpolation). In nats.',
  max: 'The largest value in the segment, in nats, and the token it is at. Click to go there.',
  above:
    'Share of the segment’s tokens strictly above the threshold, which also says what counts as a hotspot.',
  top1: 'Share of the segment’s tokens at which both models’ likeliest next token is the same.',
  surprisal: 'Surprisal of the token that was written: −ln of the probability the model gave it, in nats.',
  spanSurprisal:
    'Surprisal of the span: −ln of the probability that the model gave to it, summed over its own tokens, in nats.',
  bytes: 'UTF-8 bytes of the spans of this segment.',
  spans:
    'Stretches of text at whose ends a token of both models ends. What a delimiter reaches into is left out.',
  bitsPerByte:
    '−log2 of the probability that the model gave to the text, per byte: the lower, the less surprised it was. Comparable between tokenizers, where a mean over tokens is not.',
  logRatio:
    'ln of the reasoning model’s over the baseline’s probability of the whole text, in nats: above 0, the reasoning model held it likelier.',
  rank: 'Place of the written token among all tokens by probability; 1 is the model’s first choice.',
  exact:
    'Computed from both models’ full next-token distributions, both having read the author’s exact tokens.',
  bound:
    'At least one server returns only its likeliest tokens. What is shown is a lower bound of the true value: it holds whatever the unseen probabilities are.',
  coverage: 'Share of probability mass that the returned tokens cover, the lesser of the two models’.',
  similarity: 'Words that stand in both texts, as a share of the longer text’s words.',
  rate: 'Tokens received per second since the first one.',
  duration: 'Time from sending the request to the end of the generation.',
  traceDuration: 'Time from the first token to the end of the trace.',
  tokens: 'Tokens that the model generated, as its server counts them.',
} as const;
