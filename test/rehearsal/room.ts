import { availableParallelism } from 'node:os';

/** How much of the machine rehearsals may take at once: with more, its processors look too late. */
const roomOfAll = 2 + availableParallelism();

let taken = 0;
const waiting: { readonly room: number; readonly enter: () => void }[] = [];

/** Holds a lab back until there is room for it; first come, first served. */
export async function withRoom<Result>(
  words: readonly string[],
  rehearse: () => Promise<Result>,
): Promise<Result> {
  const room = roomFor(words);
  await new Promise<void>((enter) => {
    waiting.push({ room, enter });
    admit();
  });
  try {
    return await rehearse();
  } finally {
    taken -= room;
    admit();
  }
}

/** Five nodes take twice as much as three: every pair of them keeps links, and looks at each other. */
const roomFor = (words: readonly string[]): number => (words.includes('--nodes') ? 2 : 1);

function admit(): void {
  const [next] = waiting;
  if (next === undefined || taken + next.room > roomOfAll) return;
  waiting.shift();
  taken += next.room;
  next.enter();
  admit();
}
