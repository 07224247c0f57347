/** Cluster keys by letters, in the order in which they were seen; what is whole looks alike. */
import type { Report } from '../../report.ts';

/** How a cluster is shown: its letter, and the class of its colour and pattern. */
export interface Shown {
  readonly letter: string;
  readonly look: string;
}

/** Colours and patterns of parts of a cluster (style.ts). */
const looks = 6;

/** What to call and how to show a cluster of this key and size. */
export function keysOf({ nodes }: Report): (key: string, size: number) => Shown {
  const seen = nodes
    .flatMap(({ spans }) => spans)
    .toSorted((one, other) => one.at - other.at)
    .flatMap(({ key, size }) => (key === null ? [] : [{ key, size }]));
  const letters = [...new Set(seen.map(({ key }) => key))];
  const parts = [
    ...new Set(seen.filter(({ size }) => size !== nodes.length).map(({ key }) => key)),
  ];
  return (key, size) => ({
    letter: letterOf(letters.indexOf(key)),
    look: size === nodes.length ? 'whole' : `part${parts.indexOf(key) % looks}`,
  });
}

/** A to Z, AA to AZ, BA and so on. */
export function letterOf(index: number): string {
  if (index < 0) return '?';
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : `${letterOf(Math.floor(index / 26) - 1)}${last}`;
}
