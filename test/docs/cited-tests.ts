import { readFileSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';
import { configDefaults } from 'vitest/config';
import browser from '../../vitest.browser.config.ts';
import main from '../../vitest.config.ts';
import hosts from '../../vitest.hosts.config.ts';
import lab from '../../vitest.lab.config.ts';
import protocol from '../../vitest.protocol.config.ts';

const ci = readFileSync(join(import.meta.dirname, '../../.ci/run'), 'utf8');
const runs = [
  { command: 'npm test', config: main },
  { command: 'npm run test:browser', config: browser },
  { command: 'npm run test:hosts', config: hosts },
  { command: 'npm run test:lab', config: lab },
  { command: 'npm run test:protocol', config: protocol },
].filter(({ command }) => new RegExp(`^step ${command}$`, 'm').test(ci));

/** Whether a command of .ci/run runs this test file. */
export function isRunByCi(file: string): boolean {
  return runs.some(({ config: { test = {} } }) => {
    const { include = configDefaults.include, exclude = [] } = test;
    return isAmong(include, file) && !isAmong(exclude, file);
  });
}

const isAmong = (globs: readonly string[], file: string): boolean =>
  globs.some((glob) => matchesGlob(file, glob));

/**
 * The titles of the tests in a file, as they are written: of test.each with its placeholders. What is
 * skipped or still to do has none, but for what is skipped on a real server, which CI has not.
 */
export function titlesIn(source: string): string[] {
  const calls =
    /(?:\b(?:test|it|standInOnly)(?:\.concurrent)?|\))\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1,\s*(?:async )?\(/g;
  return [...source.matchAll(calls)].map(([, , title = '']) => title.replaceAll(/\\(.)/g, '$1'));
}
