import { defineConfig } from 'vitest/config';
import { CountsReporter } from './test/counts-reporter.ts';

/** `npm test`: everything but what the suites `test:…` run by scripts of their own. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [
      'test/browser/**',
      'test/package/**',
      'test/rehearsal/**',
      'test/asd/**',
      'test/emulator/**',
      'test/host/**',
      'test/lab/vpc/**',
      'test/lab/node/replay.test.ts',
      'test/model/**',
      'test/virtual/**',
      'test/lambda/engine/{interleaved*,lost-answers,mutants,nothing-pending,repeat}.test.ts',
    ],
    globalSetup: ['test/temporary-folder-setup.ts'],
    reporters: ['default', new CountsReporter()],
    // Some live by the clock, and the machine may do something else as well; a second try is said by name.
    retry: process.env['CI'] === 'true' ? 1 : 0,
    maxWorkers: 3,
    // No test changes what another file sees; loading everything anew for each file takes a fifth of the time.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
