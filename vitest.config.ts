import { defineConfig } from 'vitest/config';
import { CountsReporter } from './test/counts-reporter.ts';

/** `npm test`: everything but what `npm run test:lab` and `npm run test:emulator` run. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/rehearsal/**', 'test/emulator/**'],
    reporters: ['default', new CountsReporter()],
    // Most kernel tests wait for clocks, not for the processor.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
