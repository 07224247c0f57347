import { defineConfig } from 'vitest/config';
import { CountsReporter } from './test/counts-reporter.ts';

/** `npm run test:hosts`: the host scripts against a real kernel, killed at any moment, and given hostile parameters. */
export default defineConfig({
  test: {
    include: ['test/host/**/*.test.ts'],
    reporters: ['default', new CountsReporter()],
    // They mostly wait for clocks, not for the processor.
    maxWorkers: 3,
    isolate: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
