import { defineConfig } from 'vitest/config';
import { CountsReporter } from './test/counts-reporter.ts';

/** `npm test`: everything but the whole rehearsals, which `npm run test:lab` runs. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/rehearsal/**'],
    reporters: ['default', new CountsReporter()],
    // Most kernel tests wait for clocks, not for the processor.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
