/** Which known word somebody meant who wrote another. */

/** How far off a word may be: one slip in three letters. */
const slipsIn = (word: string): number => Math.max(1, Math.floor(word.length / 3));

/** The one of `known` that is nearest to `word`; undefined where none is near, or `word` is one of them. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const plain = plainly(word);
  const [best] = known
    .map((one) => ({ one, slips: plainly(one) === plain ? 0 : distance(plain, plainly(one)) }))
    .filter(({ one, slips }) => one !== word && slips <= slipsIn(word))
    .toSorted((left, right) => left.slips - right.slips);
  return known.includes(word) ? undefined : best?.one;
}

/** As spoken: how the parts of a word are joined is not what makes it another. */
const plainly = (word: string): string => word.toLowerCase().replaceAll(/[-_ ]/g, '');

/** Letters to add, drop, replace, or swap with their neighbours (optimal string alignment). */
function distance(from: string, to: string): number {
  let older: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let row = 1; row <= from.length; row += 1) {
    const next = [row];
    for (let at = 1; at <= to.length; at += 1) {
      const same = from[row - 1] === to[at - 1] ? 0 : 1;
      const swapped = from[row - 1] === to[at - 2] && from[row - 2] === to[at - 1];
      next[at] = Math.min(
        (last[at] ?? 0) + 1,
        (next[at - 1] ?? 0) + 1,
        (last[at - 1] ?? 0) + same,
        swapped ? (older[at - 2] ?? 0) + 1 : Infinity,
      );
    }
    [older, last] = [last, next];
  }
  return last.at(-1) ?? 0;
}
