import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../gateways.ts';

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (milliseconds) => {
    await pause(Math.max(0, milliseconds));
  },
};
