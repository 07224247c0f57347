import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseExperiment } from '../../core/experiment.ts';
import type { Inventory, RuleSpec } from '../../core/inventory.ts';
import { plan } from '../../core/plan/plan.ts';
import { refuseInexact } from '../../core/plan/reachability.ts';
import { Refusal, RunClosed, Stuck } from '../../core/refusal.ts';
import {
  aBystander,
  aClient,
  aClientCut,
  aGroup,
  aPartition,
  anInventory,
  groupPeer,
  refusalOf,
  someNodes,
  tcp,
} from './inventories.ts';

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

const exact = tcp('3000', '10.0.1.1/32');

function withRules(specs: RuleSpec[], tags?: Record<string, string>): Inventory {
  return anInventory({
    instances: [...someNodes(2), aClient(1)],
    groups: [aGroup('nodes', specs, tags), aGroup('clients', [])],
  });
}

const cutting = (inventory: Inventory) => () => plan(aClientCut(), inventory, 'run1');
const full = Array.from({ length: 59 }, (_, index) => tcp(`${5000 + index}`, '10.0.0.0/8'));

/** One way to every refusal that core can make. */
const ways: Record<string, () => unknown> = {
  'unreadable experiment': () => parseExperiment({}),
  contradiction: () => aPartition({ established: 'leave' }),
  'unknown cluster': cutting(anInventory({ instances: [] })),
  'foreign mark': cutting(withRules([{ ...exact, description: 'aerofault:run0' }])),
  'all nodes': () =>
    plan(aPartition({}, { topology: { kind: 'isolate', count: 2 } }), withRules([]), 'run1'),
  'unknown name': () => plan(aClientCut({}, { clients: ['x'] }), withRules([exact]), 'run1'),
  'no client': cutting(anInventory({ instances: someNodes(2) })),
  'no rule': cutting(withRules([])),
  'no place to park': cutting(
    withRules([exact, tcp('0', '10.0.1.1/32'), { ...tcp('0', '10.0.1.1/32'), protocol: 'udp' }]),
  ),
  'untagged group': cutting(withRules([exact], {})),
  'shared group': cutting({
    ...withRules([exact]),
    interfaces: [...withRules([]).interfaces, aBystander(['sg-nodes'])],
  }),
  quota: cutting(withRules([...full, tcp('2999-3001', '10.0.1.1/32')])),
  'prefix list': cutting(withRules([tcp('3000', { kind: 'prefix-list', prefixListId: 'pl-1' })])),
  'all protocols': cutting(withRules([{ ...exact, protocol: '-1' }])),
  'other members': cutting({
    ...withRules([tcp('3000', groupPeer('sg-clients'))]),
    interfaces: [...withRules([]).interfaces, aBystander(['sg-clients'])],
  }),
  'unreadable address': cutting(withRules([tcp('3000', '10.0.1.999/32')])),
  inexact: () => {
    const inventory = withRules([exact]);
    const cuts = [{ from: ['i-c1'], to: ['i-n1'], ports: [3000] }];
    const hole = { addresses: ['10.0.1.1'], instanceIds: new Set(['i-c1']), ports: [3000] };
    refuseInexact({ inventory, steps: [], cuts, hole });
  },
};

describe('every refusal of core', () => {
  test.each(Object.entries(ways))('%s: is one sentence a person can act on', (_, way) => {
    const sentence = refusalOf(way);

    expect(sentence).not.toMatch(/undefined|NaN|\[object|null/);
    expect(sentence).not.toMatch(/\. [A-Z]/);
    expect(sentence.length).toBeLessThan(300);
  });

  test('is made by one of the ways above', () => {
    const sentences = Object.values(ways).map(refusalOf);
    const unmade = written
      .filter(({ text }) => text.startsWith('`'))
      .filter(({ text }) => !sentences.some((sentence) => pattern(text).test(sentence)));

    expect(written.length).toBeGreaterThan(12);
    expect(unmade).toEqual([]);
  });

  test('reads right in the source too', () => {
    for (const { text } of written.filter(({ text: one }) => one.includes(' as '))) {
      expect(text).toMatch(/^`Cannot [a-z].* as .*(must .*: found .*[^.]|\$\{wrong\.must\})`$/s);
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
