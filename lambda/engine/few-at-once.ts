import { awaitAll } from './await-all.ts';

/** Does something with each, so many side by side at most; they begin in the order given. */
export async function fewAtOnce<Item>(
  items: readonly Item[],
  most: number,
  act: (item: Item) => Promise<void>,
): Promise<void> {
  const left = items.values();
  const inTurn = async (): Promise<void> => {
    for (const item of left) await act(item);
  };
  await awaitAll(Array.from({ length: most }, inTurn));
}
