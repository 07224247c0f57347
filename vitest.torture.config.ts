import { defineConfig } from 'vitest/config';
import { CountsReporter } from './test/counts-reporter.ts';

/** `npm run test:torture`: host scripts killed at any moment, and given thousands of hostile parameters. */
export default defineConfig({
  test: {
    include: ['test/host/{killed,fuzz}.test.ts'],
    reporters: ['default', new CountsReporter()],
    testTimeout: 240_000,
    hookTimeout: 240_000,
    fileParallelism: false,
  },
});
