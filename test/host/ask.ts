import { expect } from 'vitest';
import * as z from 'zod';
import { ProbeReply } from '../../core/observation.ts';
import type { Host } from './namespaces.ts';

const Results = z.array(z.record(z.string(), z.unknown()));
type Result = Readonly<Record<string, unknown>>;

/** Asks a host, for run1 and a minute; gives the results in order. The line must be one that the engine reads. */
export async function probe(
  host: Host,
  items: readonly string[],
  values: Readonly<Record<string, string>> = {},
): Promise<Result[]> {
  const { code, json } = await host.script('probe', {
    RunId: 'run1',
    Until: String(Date.now() + 60_000),
    Probes: items.join(','),
    ...values,
  });
  expect({ code, run: json['run'] }).toEqual({ code: 0, run: values['RunId'] ?? 'run1' });
  ProbeReply.parse(json);
  return Results.parse(json['results']);
}

/** The same with one item. */
export async function answerTo(
  host: Host,
  item: string,
  values: Readonly<Record<string, string>> = {},
): Promise<Result> {
  const [result] = await probe(host, [item], values);
  return result!;
}
