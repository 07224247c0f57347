import { defineConfig } from 'vitest/config';
import { CountsReporter } from './test/counts-reporter.ts';

/**
 * `npm run test:hosts`: the host scripts, and the machines, routers and nodes of the lab, on a real kernel
 * and by the clock; the scripts killed at any moment, and given hostile parameters.
 */
export default defineConfig({
  test: {
    include: ['test/{host,lab/vpc}/**/*.test.ts', 'test/lab/node/replay.test.ts'],
    reporters: ['default', new CountsReporter()],
    // They live by the clock: on a machine that does something else as well, one try may come too late.
    retry: 1,
    maxWorkers: 2,
    isolate: false,
    testTimeout: 120_000,
    hookTimeout: 360_000,
  },
});
