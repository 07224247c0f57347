import { defineConfig } from 'vitest/config';
import { CountsReporter } from './test/counts-reporter.ts';

/**
 * `npm run test:asd`: rehearsals with a real Aerospike server (AEROFAULT_ASD, or `asd` on the PATH) and its
 * client (AEROFAULT_CLIENT: a folder with node_modules/aerospike). No pipeline has either.
 */
export default defineConfig({
  test: {
    include: ['test/asd/**/*.test.ts'],
    globalSetup: ['test/assembly-setup.ts'],
    reporters: ['default', new CountsReporter()],
    testTimeout: 480_000,
    hookTimeout: 240_000,
    retry: 1,
    fileParallelism: false,
  },
});
