import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseExperiment } from '../../core/experiment.ts';
import type { Experiment } from '../../core/experiment.ts';
import { plan } from '../../core/plan/plan.ts';
import { Refusal } from '../../core/refusal.ts';
import { layoutNames } from '../../lab/vpc/layouts.ts';
import type { LayoutName } from '../../lab/vpc/layouts.ts';
import { observedWorld } from './observed-world.ts';

/** Every layout as a run observes it through the lab's EC2, and what the planner makes of it. */

const cluster = 'orders-staging';
const examples = join(import.meta.dirname, '../../examples');

function example(name: string): Experiment {
  return parseExperiment(JSON.parse(readFileSync(join(examples, `${name}.json`), 'utf8')));
}

/** What is refused for its layout, and what the refusal must name. */
const refused: Partial<Record<LayoutName, Record<string, RegExp>>> = {
  unregistered: { 'client-cut': /sg-\w+ .* tag/, halves: /sg-\w+ .* tag/ },
  'untagged-interfaces': { halves: /eni-\w+ .* tag/ },
  stale: { 'client-cut': /sgr-\w+ .*gone/, halves: /sgr-\w+ .*gone/ },
  'cross-account': { 'client-cut': /sgr-\w+ .*account/, halves: /sgr-\w+ .*account/ },
  full: { 'client-cut': /sg-\w+ .*at most 60.*found 61/, halves: /eni-\w+ .*at most 4.*found 5/ },
};

describe.each(layoutNames)('layout %s', (layout) => {
  const world = observedWorld({ cluster, nodes: 5, clients: 2, layout });

  test.each(['client-cut', 'halves'])('%s is planned, or refused by name', async (name) => {
    const inventory = await world;
    const says = refused[layout]?.[name];
    if (says === undefined) {
      expect(plan(example(name), inventory, 'run1').steps.length).toBeGreaterThan(0);
      return;
    }
    expect(() => plan(example(name), inventory, 'run1')).toThrow(Refusal);
    expect(() => plan(example(name), inventory, 'run1')).toThrow(says);
  });
});

test('a world rule is all that makes established connections fall by themselves', async () => {
  const falling = await Promise.all(
    layoutNames
      .filter((layout) => refused[layout]?.['client-cut'] === undefined)
      .map(async (layout) => {
        const inventory = await observedWorld({ cluster, nodes: 3, clients: 1, layout });
        const { prediction } = plan(example('client-cut'), inventory, 'run1');
        return prediction.connections === 'full' ? [layout] : [];
      }),
  );

  expect(falling.flat()).toEqual(['world']);
});
