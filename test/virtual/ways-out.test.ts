/**
 * Each way out alone: the workflow dies two seconds into the hold, every other way is switched off, and the
 * one that is left restores within its bound. Times are virtual, with the timing of a deployment.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { madeAssembly } from '../assembly-setup.ts';
import * as z from 'zod';
import type { Pool } from './pool.ts';
import { poolFor } from './stage.ts';
import type { WayOut } from './ways-out.ts';

const Escape = z.object({
  cleanSeconds: z.number().nullable(),
  finalSeconds: z.number().nullable(),
  deadlineSeconds: z.number(),
  restoreSeconds: z.number(),
  left: z.array(z.string()),
});
type Escape = z.infer<typeof Escape>;

/** A way, whose own time it may take counted from what, and how long it may take then, in seconds. */
interface Row {
  readonly way: WayOut;
  readonly from: (escape: Escape) => number;
  readonly boundSeconds: number;
}

const death = (): number => 0;
const deadline = ({ deadlineSeconds }: Escape): number => deadlineSeconds;
/** A sweep may have just gone by when the deadline comes. */
const sweepSeconds = 300;
const lookSeconds = 10;

const rows: readonly Row[] = [
  { way: 'one-time schedule', from: deadline, boundSeconds: lookSeconds },
  { way: 'workflow catch', from: death, boundSeconds: lookSeconds },
  { way: 'status-change rule', from: death, boundSeconds: lookSeconds },
  { way: 'sweeper', from: deadline, boundSeconds: sweepSeconds + lookSeconds },
  { way: 'person', from: death, boundSeconds: lookSeconds },
];

const faults = [
  { fault: 'rules of security groups', scene: 'client-cut' },
  { fault: 'packet filters of a host', scene: 'isolate-one-node' },
];

let pool: Pool;
const table: string[] = [];

beforeAll(() => {
  pool = poolFor([madeAssembly()]);
});

afterAll(() => {
  const head = 'way out alone'.padEnd(22) + 'fault'.padEnd(28) + 'clean after s  final after s';
  process.stdout.write(`${[head, ...table.toSorted()].join('\n')}\n`);
});

async function escape(way: WayOut, { fault, scene }: (typeof faults)[number]): Promise<Escape> {
  const made = await pool.ask({ kind: 'escape', scene, way }, Escape);
  const [clean, final] = [made.cleanSeconds, made.finalSeconds].map((seconds) =>
    (seconds === null ? 'never' : seconds.toFixed(1)).padStart(13),
  );
  table.push(`${way.padEnd(22)}${fault.padEnd(28)}${clean}  ${final}`);
  return made;
}

describe.each(faults)('$fault', (fault) => {
  test.each(rows)('by the $way alone', async ({ way, from, boundSeconds }) => {
    const made = await escape(way, fault);

    expect(made.left).toEqual([]);
    expect(made.cleanSeconds).toBeGreaterThan(0);
    expect(made.cleanSeconds).toBeLessThanOrEqual(from(made) + boundSeconds);
    // Its own later look comes after the quarantine, or with the next sweep.
    const laterSeconds = way === 'sweeper' ? sweepSeconds + lookSeconds : 200;
    expect(made.finalSeconds).toBeLessThanOrEqual((made.cleanSeconds ?? 0) + laterSeconds);
  });
});

test('by the timer of the host alone: clean to the second, and the run stays to be closed', async () => {
  const made = await escape('host timer', faults[1]!);

  expect(made.cleanSeconds).toBe(made.restoreSeconds);
  expect(made.finalSeconds).toBeNull();
  expect(made.left).toEqual(['the run is open', 'the lock of orders-staging is held']);
});
