/**
 * Chance without any: choices that look random, and are the same whenever they are made from the same seed.
 */

const two32 = 4_294_967_296;

/** A seed made from a text (FNV-1a, then mixed): texts alike but for one letter give seeds far apart. */
export function seedOf(text: string): number {
  let hash = 2_166_136_261;
  for (const letter of text) {
    hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 16_777_619);
  }
  return mixed(hash);
}

/**
 * So many of these, any with the same chance, in the order given. Which ones hangs on the seed and on that
 * order alone.
 */
export function chosenOf<Item>(items: readonly Item[], count: number, seed: number): Item[] {
  const places = items.map((_, at) => at);
  let state = seed >>> 0;
  // Fisher and Yates: each place in turn gets one of those left.
  for (let at = 0; at < Math.min(count, places.length); at += 1) {
    state = (state + 0x9e37_79b9) >>> 0;
    const other = at + Math.floor((mixed(state) / two32) * (places.length - at));
    [places[at], places[other]] = [places[other] ?? other, places[at] ?? at];
  }
  const chosen = new Set(places.slice(0, count));
  return items.filter((_, at) => chosen.has(at));
}

/** A number below 2^32 from another, every bit of it from every bit (the finalizer of MurmurHash 3). */
function mixed(number: number): number {
  let bits = number >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85eb_ca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2_ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
