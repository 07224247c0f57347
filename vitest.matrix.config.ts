import { defineConfig } from 'vitest/config';
import { CountsReporter } from './test/counts-reporter.ts';

/** `npm run test:matrix`: runs in virtual time, with something happening to every call they make. */
export default defineConfig({
  test: {
    include: ['test/virtual/**/*.test.ts'],
    globalSetup: ['test/assembly-setup.ts'],
    reporters: ['default', new CountsReporter()],
    fileParallelism: false,
    testTimeout: 1_800_000,
    hookTimeout: 600_000,
  },
});
