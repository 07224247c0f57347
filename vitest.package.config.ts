import { defineConfig } from 'vitest/config';
import { CountsReporter } from './test/counts-reporter.ts';

/** `npm run test:package`: the package as it would be published, installed into apps of others. */
export default defineConfig({
  test: {
    include: ['test/package/**/*.test.ts'],
    globalSetup: ['test/temporary-folder-setup.ts'],
    reporters: ['default', new CountsReporter()],
    maxWorkers: 1,
    testTimeout: 240_000,
    hookTimeout: 480_000,
  },
});
