import { defineConfig } from 'vitest/config';
import { CountsReporter } from './test/counts-reporter.ts';

/**
 * `npm run test:protocol`: inject and restore interleaved; every answer lost, every effect repeated; each
 * rule of the protocol taken out, its test seen to fail; no handler that settles before its calls have.
 */
export default defineConfig({
  test: {
    include: [
      'test/lambda/engine/{interleaved*,lost-answers,mutants,nothing-pending,repeat}.test.ts',
    ],
    reporters: ['default', new CountsReporter()],
    experimental: { viteModuleRunner: false },
    maxWorkers: 2,
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
