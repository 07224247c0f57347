import { defineConfig } from 'vitest/config';
import { CountsReporter } from './test/counts-reporter.ts';
import { UndecidedReporter } from './test/emulator/undecided-reporter.ts';

/** `npm run test:emulator`: EC2's behaviours, asked of the lab's endpoint, of moto, or of one that is given. */
export default defineConfig({
  test: {
    include: ['test/emulator/**/*.test.ts'],
    globalSetup: ['test/emulator/global-setup.ts'],
    reporters: ['default', new UndecidedReporter(), new CountsReporter()],
    testTimeout: 60_000,
    hookTimeout: 600_000,
    maxWorkers: 2,
  },
});
