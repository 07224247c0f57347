/** Orders two node ids (hex without `0x`) as the server does, by number: positive when `a` is higher. */
export function compareIds(a: string, b: string): number {
  const difference = BigInt(`0x${a}`) - BigInt(`0x${b}`);
  return difference > 0n ? 1 : difference < 0n ? -1 : 0;
}

/** Sorts node ids into a succession list, highest first: the first one is the principal. */
export function succession(ids: Iterable<string>): string[] {
  return [...new Set(ids)].toSorted((a, b) => compareIds(b, a));
}
