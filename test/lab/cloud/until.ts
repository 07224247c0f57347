import { setTimeout as sleep } from 'node:timers/promises';

/** Wait until something holds; ten seconds at most. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > end)
      throw new Error(`Cannot wait on as this must hold: found ${String(holds)} false`);
    await sleep(20);
  }
}

/** What every client of the lab is configured with, but for its endpoint. */
export const labClient = {
  region: 'eu-west-1',
  credentials: { accessKeyId: 'lab', secretAccessKey: 'lab' },
  maxAttempts: 1,
};
