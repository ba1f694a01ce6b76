/**
 * The quantile of Student's t distribution for 0.5 ≤ p < 1, by bisection of its distribution function, which is
 * monotone and good to 1e-12 here.
 * @param df degrees of freedom, at least 1
 * @throws RangeError outside of these
 */
export function studentQuantile(p: number, df: number): number {
  if (!(p >= 0.5 && p < 1 && df >= 1))
    throw new RangeError(`no t quantile of ${p} with ${df} degrees of freedom`);
  let low = 0;
  let high = 1;
  while (upperTail(high, df) > 1 - p) high *= 2;
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (upperTail(middle, df) > 1 - p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(T > t) for t ≥ 0: half of the regularised incomplete beta function I_x(df/2, 1/2) at x = df/(df + t²). */
function upperTail(t: number, df: number): number {
  return incompleteBeta(df / (df + t * t), df / 2, 0.5) / 2;
}

/** I_x(a, b), by the continued fraction of DLMF 8.17.22, on the side of it that converges fast. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - Math.log(a) - logBeta(a, b));
  // From far inside outwards; more terms than doubles can tell apart.
  let fraction = 1;
  for (let m = 400; m >= 1; m--) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = -((a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    fraction = 1 + even / (1 + odd / fraction);
  }
  const first = -((a + b) * x) / (a + 1);
  return front / (1 + first / fraction);
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/** ln Γ(x) for x > 0: Stirling's series (DLMF 5.11.1) from 10 on, and by recurrence up to there. */
function logGamma(x: number): number {
  let shift = 0;
  let at = x;
  for (; at < 10; at++) shift += Math.log(at);
  const inverse = 1 / (at * at);
  const series =
    (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse / 1188)))) / at;
  return (at - 0.5) * Math.log(at) - at + Math.log(2 * Math.PI) / 2 + series - shift;
}
