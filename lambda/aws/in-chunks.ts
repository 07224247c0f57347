/** EC2 takes 200 values a filter; half of it keeps requests short. */
const filterValuesMax = 100;

/** The largest page of the EC2 calls used here (EC2 API reference, MaxResults 5–1000). */
export const pageSize = 1_000;

/** Asks for many values at once, as many requests as their number needs; none for no values. */
export async function inChunks<Found>(
  values: readonly string[],
  ask: (chunk: string[]) => Promise<Found[]>,
): Promise<Found[]> {
  const count = Math.ceil(values.length / filterValuesMax);
  const chunks = Array.from({ length: count }, (_, index) =>
    values.slice(index * filterValuesMax, (index + 1) * filterValuesMax),
  );
  return (await Promise.all(chunks.map(ask))).flat();
}

/** Puts things in the order of their ids, so that the same answers give the same inventory. */
export const byId = (left: { id: string }, right: { id: string }): number =>
  left.id < right.id ? -1 : 1;

/** Each once, in order. */
export const distinct = (values: readonly string[]): string[] => [...new Set(values)].toSorted();
