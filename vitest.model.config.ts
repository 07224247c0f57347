import { defineConfig } from 'vitest/config';
import { CountsReporter } from './test/counts-reporter.ts';

/** `npm run test:model`: the restore protocol's decisions, searched exhaustively within bounds. */
export default defineConfig({
  test: {
    include: ['test/model/**/*.test.ts'],
    reporters: ['default', new CountsReporter()],
    pool: 'forks',
    // Loaded by Node itself: through Vite's runner every use of an import is a call, and the search takes twice as long.
    experimental: { viteModuleRunner: false },
    maxWorkers: 2,
    testTimeout: 600_000,
  },
});
