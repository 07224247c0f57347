/**
 * Hosts choose by a byte, and most dial from ports with an even number, so that a share comes in steps of
 * 1/128: it may be off by half of one, and a share per packet is that much more exact.
 */
const stepHalf = 1 / 256;

/** What a fair share leaves outside its bounds, both sides together. */
const doubt = 0.001;

/** Fewer candidates than this tell nothing of a share. */
export const candidatesMin = 30;

/**
 * Whether `hits` of `seen` are what a share by chance gives, 999 times of 1,000 (two-sided binomial
 * bound). `share` lies between 0 and 1, both excluded.
 */
export function isLikely({
  hits,
  seen,
  share,
}: {
  hits: number;
  seen: number;
  share: number;
}): boolean {
  const [least, most] = [Math.max(0, share - stepHalf), Math.min(1, share + stepHalf)];
  return (
    tailOf(hits, seen, least, 'lower') >= doubt / 2 &&
    tailOf(hits, seen, most, 'upper') >= doubt / 2
  );
}

/** Most candidates for which the tail is summed exactly; beyond it, the normal distribution is as good. */
const exactMax = 2_000;

/** The chance of `hits` or fewer (lower), or `hits` or more (upper), of `seen`. */
function tailOf(hits: number, seen: number, share: number, tail: 'lower' | 'upper'): number {
  if (share <= 0) return tail === 'upper' && hits > 0 ? 0 : 1;
  if (share >= 1) return tail === 'lower' && hits < seen ? 0 : 1;
  if (seen > exactMax) return normalTail(hits, seen, share, tail);
  const [from, to] = tail === 'lower' ? [0, hits] : [hits, seen];
  let sum = 0;
  let log = seen * Math.log1p(-share);
  for (let k = 0; k <= to; k += 1) {
    if (k >= from) sum += Math.exp(log);
    log += Math.log(seen - k) - Math.log(k + 1) + Math.log(share) - Math.log1p(-share);
  }
  return sum;
}

/** With the correction for continuity; erfc by Abramowitz and Stegun 7.1.26, good to 1.5e-7. */
function normalTail(hits: number, seen: number, share: number, tail: 'lower' | 'upper'): number {
  const deviation = Math.sqrt(seen * share * (1 - share));
  const apart = tail === 'lower' ? hits + 0.5 - seen * share : seen * share - (hits - 0.5);
  const z = -apart / deviation / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * Math.abs(z));
  const poly =
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const complement = poly * Math.exp(-z * z);
  return (z >= 0 ? complement : 2 - complement) / 2;
}

/** The chance that `tried` of them all fail, where each fails with this chance: too small to believe? */
export const isAllUnlikely = (tried: number, failing: number): boolean =>
  tried > 0 && failing ** tried < doubt / 2;
