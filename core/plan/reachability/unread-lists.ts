import type { PrefixList } from '../../inventory.ts';
import type { Filters } from '../filters.ts';

interface Moments {
  readonly before: Filters;
  readonly now: Filters;
}

/**
 * The two moments for each guess of what prefix lists stand for that rules name and nobody could read:
 * for nobody, for everybody, and one alone for everybody. A single pair where every list is known.
 */
export function guessed(before: Filters, now: Filters): Moments[] {
  const unread = unreadLists([before, now]);
  if (unread.length === 0) return [{ before, now }];
  const guesses = [[], unread, ...(unread.length > 1 ? unread.map((id) => [id]) : [])];
  return guesses.map((everybody) => {
    const then = [...before.prefixLists, ...everybody.map(forEverybody)];
    const same = before.prefixLists === now.prefixLists;
    const current = same ? then : [...now.prefixLists, ...everybody.map(forEverybody)];
    return {
      before: { ...before, prefixLists: then },
      now: { ...now, prefixLists: current },
    };
  });
}

function unreadLists(moments: readonly Filters[]): string[] {
  const read = new Set(moments.flatMap(({ prefixLists }) => prefixLists.map(({ id }) => id)));
  const named = moments
    .flatMap(({ groups }) => groups.flatMap(({ rules }) => rules))
    .flatMap(({ spec: { peer } }) => (peer.kind === 'prefix-list' ? [peer.prefixListId] : []));
  return [...new Set(named)].filter((id) => !read.has(id));
}

function forEverybody(id: string): PrefixList {
  const cidrs = ['0.0.0.0/0', '::/0'];
  return { id, maxEntries: cidrs.length, cidrs };
}
