import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Refusal, RunClosed, Stuck } from '../../core/refusal.ts';
import { refusalOf } from './inventories.ts';
import { waysToRefuse } from './ways-to-refuse.ts';

const core = join(import.meta.dirname, '../../core');

/** The text of every refusal in the sources of core, as written there. */
const written = readdirSync(core, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) => {
    const source = readFileSync(join(core, file), 'utf8');
    const literal = /new Refusal\(\s*(`[^`]*`|[a-z]\w*\([^)]*\))/g;
    const found = [...source.matchAll(literal)].map(([, text = '']) => ({ file, text }));
    expect(found).toHaveLength(source.split('new Refusal(').length - 1);
    return found;
  });

describe('every refusal of core', () => {
  test.each(Object.entries(waysToRefuse))('%s: is one sentence a person can act on', (_, way) => {
    const sentence = refusalOf(way);

    expect(sentence).not.toMatch(/undefined|NaN|\[object|null/);
    expect(sentence).not.toMatch(/\. [A-Z]/);
    expect(sentence.length).toBeLessThan(300);
  });

  test('is made by one of the ways above', () => {
    const sentences = Object.values(waysToRefuse).map(refusalOf);
    const unmade = written
      .filter(({ text }) => text.startsWith('`'))
      .filter(({ text }) => !sentences.some((sentence) => pattern(text).test(sentence)));

    expect(written.length).toBeGreaterThan(12);
    expect(unmade).toEqual([]);
  });

  test('reads right in the source too', () => {
    for (const { text } of written.filter(({ text: one }) => one.includes(' as '))) {
      expect(text).toMatch(/^`Cannot [a-z].* as .*(must .*: found .*[^.]|\$\{must\})`$/s);
    }
  });
});

describe('errors', () => {
  test.each([
    { error: new Refusal('x'), name: 'Refusal' },
    { error: new RunClosed('x'), name: 'RunClosed' },
    { error: new Stuck('x'), name: 'Stuck' },
  ])('$name bears the name that the workflow catches', ({ error, name }) => {
    expect(error.name).toBe(name);
    expect(Object.hasOwn(error, 'name')).toBe(true);
    expect(error).toBeInstanceOf(Error);
  });
});

/** What a template makes, with anything in its gaps. */
function pattern(template: string): RegExp {
  const parts = template.slice(1, -1).split(/\$\{(?:[^{}]|\{[^{}]*\})*\}/);
  return new RegExp(`^${parts.map((part) => part.replaceAll(/[^\w ]/g, '\\$&')).join('.*')}$`);
}
