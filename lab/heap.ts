import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as z from 'zod';

const Collect = z.custom<() => void>((value) => typeof value === 'function');

/**
 * What this process holds on to, in MiB: its heap right after a full collection.
 *
 * Resident memory cannot tell a leak from a collector that has had no reason to run. The flag only takes
 * effect in contexts made after it was set, hence the new one.
 */
export function heapHeld(): number {
  setFlagsFromString('--expose-gc');
  Collect.parse(runInNewContext('gc'))();
  return process.memoryUsage().heapUsed / (1024 * 1024);
}
