/**
 * Awaits all of them, failed or not, then throws what failed first.
 *
 * Work that is pending when a Lambda returns goes on at its next call, whenever that is; that would break
 * the protocol's bound on a Lambda's life, so nothing that changes anything may be left behind.
 */
export async function awaitAll<Value>(started: readonly Promise<Value>[]): Promise<Value[]> {
  const ended = await Promise.allSettled(started);
  return ended.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}
