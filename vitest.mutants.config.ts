import { defineConfig } from 'vitest/config';
import { CountsReporter } from './test/counts-reporter.ts';

/** `npm run test:mutants`: each rule of the restore protocol taken out of a copy, its test seen to fail. */
export default defineConfig({
  test: {
    include: ['test/lambda/engine/mutants.test.ts'],
    reporters: ['default', new CountsReporter()],
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
