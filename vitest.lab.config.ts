import { defineConfig } from 'vitest/config';
import { CountsReporter } from './test/counts-reporter.ts';

/** `npm run test:lab`: whole rehearsals, each in namespaces of its own; they mostly wait. */
export default defineConfig({
  test: {
    include: ['test/rehearsal/**/*.test.ts'],
    globalSetup: ['test/assembly-setup.ts'],
    reporters: ['default', new CountsReporter()],
    testTimeout: 480_000,
    // They live by the clock: on a machine that does something else as well, one try may come too late.
    retry: 1,
    fileParallelism: false,
    maxConcurrency: 4,
  },
});
