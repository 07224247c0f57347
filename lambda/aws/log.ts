/** Writes one line of a run's log: what happened in plain words, and anything that belongs to it. */
export type Log = (says: string, fields?: Readonly<Record<string, unknown>>) => void;

/**
 * A log whose every line is one JSON object that bears the run id, so that CloudWatch Logs Insights can
 * follow one run through all Lambdas. It never throws: a value JSON cannot say is written as text.
 */
export function logOf(
  runId: string,
  write: (line: string) => void = (line) => console.log(line),
): Log {
  return (says, fields = {}) => {
    const base = { ...fields, at: new Date().toISOString(), runId, says };
    write(
      lineOf(base) ??
        JSON.stringify({ at: base.at, runId, says, fields: 'cannot be said in JSON' }),
    );
  };
}

function lineOf(value: object): string | undefined {
  try {
    return JSON.stringify(value, (_key, inner: unknown) => sayable(inner));
  } catch {
    return undefined; // A cycle, or a getter that throws.
  }
}

function sayable(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Error) {
    const { name, message, stack, cause } = value;
    return { name, message, stack, cause };
  }
  return value;
}
