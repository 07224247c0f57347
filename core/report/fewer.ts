/** Fewer of many, so that a page stays small. */

/** The first of a list. */
export const firstOnes = <Item>(items: readonly Item[], most: number): Item[] =>
  items.slice(0, most);

/** Characters of a sentence that a page shows. */
const charactersMax = 400;

export const shortened = (text: string): string =>
  text.length > charactersMax ? `${text.slice(0, charactersMax - 1).toWellFormed()}…` : text;

/**
 * At most about `most` of a series, in its order: the first, the last, and of every stretch in between the
 * lowest and the highest of each value, and one that is not known, so that no peak and no gap is lost.
 */
export function extremes<Item>(
  series: readonly Item[],
  most: number,
  values: readonly ((item: Item) => number | null)[],
): Item[] {
  if (series.length <= most) return [...series];
  let kept: Item[] = [];
  for (let stretches = most; stretches >= 1; stretches = Math.floor(stretches * 0.7)) {
    kept = extremesOf(series, stretches, values);
    if (kept.length <= most) break;
  }
  return kept;
}

function extremesOf<Item>(
  series: readonly Item[],
  stretches: number,
  values: readonly ((item: Item) => number | null)[],
): Item[] {
  const width = Math.ceil(series.length / stretches);
  const kept = new Set<Item | undefined>([series[0], series.at(-1)]);
  for (let start = 0; start < series.length; start += width) {
    const stretch = series.slice(start, start + width);
    for (const value of values) for (const item of endsOf(stretch, value)) kept.add(item);
    kept.add(stretch.find((item) => values.some((value) => value(item) === null)));
  }
  return series.filter((item) => kept.has(item));
}

/** Of things that follow one another alike, the first and the last. */
export const endsOfRuns = <Item>(items: readonly Item[], nameOf: (item: Item) => string): Item[] =>
  items.filter((item, index) => {
    const [before, after] = [items[index - 1], items[index + 1]];
    const isAmong = (one: Item | undefined): boolean =>
      one !== undefined && nameOf(one) === nameOf(item);
    return !isAmong(before) || !isAmong(after);
  });

/** The lowest and the highest of a stretch. */
function endsOf<Item>(stretch: readonly Item[], value: (item: Item) => number | null): Item[] {
  const known = stretch.filter((item) => value(item) !== null);
  const sorted = known.toSorted((one, other) => (value(one) ?? 0) - (value(other) ?? 0));
  return [...sorted.slice(0, 1), ...sorted.slice(-1)];
}
