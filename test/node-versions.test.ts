import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod';

/**
 * Scripts are TypeScript, which Node runs by itself from 22.18 on. To machines of two kinds npm brings one
 * that does, as a link in node_modules/.bin, which its scripts find before any other.
 */

const read = (file: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, '..', file), 'utf8'));
const { optionalDependencies } = z
  .object({ optionalDependencies: z.record(z.string(), z.string()) })
  .parse(read('package.json'));
const { packages } = z
  .object({ packages: z.record(z.string(), z.unknown()) })
  .parse(read('package-lock.json'));

test('Linux on x64 and on arm64 is brought one and the same Node, which runs TypeScript', () => {
  const brought = ['arm64', 'x64'].map((cpu) => {
    const version = optionalDependencies[`node-linux-${cpu}`];
    expect(packages[`node_modules/node-linux-${cpu}`]).toMatchObject({
      version,
      cpu,
      os: 'linux',
      optional: true,
      bin: { node: 'bin/node' },
    });
    return version;
  });
  expect(new Set(brought).size).toBe(1);
  expect(process.features.typescript).toBe('strip');
});
