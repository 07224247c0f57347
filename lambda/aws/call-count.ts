import * as z from 'zod';

/** What the SDK tells its logger after every command, done or failed (@smithy/core, loggerMiddleware). */
const Told = z.object({
  clientName: z.string(),
  commandName: z.string(),
  metadata: z.object({ attempts: z.int().default(1) }).default({ attempts: 1 }),
});

const counts = new Map<string, number>();

function count(told: unknown): void {
  const { data, success } = Told.safeParse(told);
  if (!success) return;
  const service = data.clientName.replace(/Client$/, '');
  const call = `${service}:${data.commandName.replace(/Command$/, '')}`;
  counts.set(call, (counts.get(call) ?? 0) + data.metadata.attempts);
}

/**
 * Counts requests to AWS and writes nothing: given to every client as its logger. A process serves one
 * invocation at a time, so what {@link takeCallCount} finds is that invocation's.
 */
export const countingLogger = {
  trace: () => undefined,
  debug: () => undefined,
  info: count,
  warn: () => undefined,
  error: count,
};

/** The requests since it was last asked, by service and action as in `EC2:DescribeInstances`. */
export function takeCallCount(): Record<string, number> {
  const taken = Object.fromEntries(
    [...counts].toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
  counts.clear();
  return taken;
}
