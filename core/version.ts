/**
 * Whether one version comes before another, number by number: 3.3.987.0 before 3.3.2746.0. What is missing
 * counts as 0, and what follows the numbers (-rc1) not at all.
 */
export function isOlder(version: string, than: string): boolean {
  const [one, other] = [numbersIn(version), numbersIn(than)];
  const places = Array.from({ length: Math.max(one.length, other.length) }, (_, at) => at);
  const differs = places.find((at) => (one[at] ?? 0) !== (other[at] ?? 0));
  return differs !== undefined && (one[differs] ?? 0) < (other[differs] ?? 0);
}

const numbersIn = (version: string): number[] =>
  (/^\d+(\.\d+)*/.exec(version)?.[0] ?? '').split('.').map(Number);
