/** Chance that repeats: the same seed gives the same draws. */
export interface SeededChance {
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number;
  /** One of a list that has something. @throws RangeError for an empty one. */
  oneOf<Value>(values: readonly Value[]): Value;
}

/** Chance by mulberry32, which is enough to draw experiments and nothing else. */
export function seededChance(seed: number): SeededChance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (least: number, most: number): number =>
    least + Math.floor(next() * (most - least + 1));
  return {
    between,
    oneOf(values) {
      const value = values[between(0, values.length - 1)];
      if (value !== undefined) return value;
      throw new RangeError('Cannot draw one as there must be some: found none');
    },
  };
}
