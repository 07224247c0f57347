/** What schedules and the console give the workflow, given to Open as it is. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { Experiment } from '../../../lib/experiment.ts';
import { open } from '../../../lambda/engine/open.ts';
import { partition } from '../../fakes/example-cluster.ts';
import { executionOf } from '../../fakes/workflow.ts';
import { World } from '../../fakes/world.ts';
import { aStack, only, resourcesOf, textOf } from '../../lib/synthesised.ts';

const runId = 'run1';
const opened = async (input: unknown, world = new World({})) => {
  const { says } = await open({ runId, execution: executionOf(runId), input }, world.gateways());
  return { says, request: await world.journal.request(runId) };
};

/** What a schedule gives the workflow, as it would be deployed. */
function inputOf(options: Parameters<typeof scheduled>[0]): unknown {
  const [, { Properties }] = only(scheduled(options), 'AWS::Scheduler::Schedule');
  const { Input } = z.object({ Input: z.unknown() }).parse(Properties['Target']);
  return JSON.parse(textOf(Input));
}

function scheduled(options: {
  readonly experiment?: Experiment;
  readonly experiments?: readonly Experiment[];
  readonly seed?: number;
}) {
  const at = ScheduleExpression.rate(Duration.days(1));
  return resourcesOf(aStack({ schedules: [{ name: 'Nightly', at, ...options }] }));
}

const one = Experiment.fromObject({ ...partition });
const other = Experiment.fromObject({ ...partition, name: 'another-one' });

describe('a schedule', () => {
  test('opens the run of its experiment', async () => {
    const { request } = await opened(inputOf({ experiment: one }));
    expect(request?.experiment).toEqual(one.input);
    expect(request?.picked).toBeUndefined();
  });

  test('of several opens one, and journals which, of how many, and the seed', async () => {
    const { request, says } = await opened(inputOf({ experiments: [one, other], seed: 7 }));
    const { seed, place, of } = request?.picked ?? {};
    expect([seed, of]).toEqual([7, 2]);
    expect(request?.experiment.name).toBe([one, other][(place ?? 0) - 1]?.name);
    expect(says).toBe(
      `run run1: ${request?.experiment.name} on ${one.cluster}, picked as ${place} of 2 by seed 7`,
    );
  });

  test('that is repeated for the same run picks the same', async () => {
    const world = new World({});
    const input = inputOf({ experiments: [one, other] });
    const first = await opened(input, world);
    expect(await opened(input, world)).toEqual(first);
  });

  test('is refused by the freeze switch, and outside the windows', async () => {
    const frozen = new World({});
    frozen.freeze.says = '/aerofault/freeze is "release week"';
    const input = inputOf({ experiments: [one, other] });
    await expect(opened(input, frozen)).rejects.toThrow('freeze switch must be off');
    const never = { days: ['sun' as const], from: '03:00', to: '03:01', timeZone: 'Etc/UTC' };
    const closed = new World({});
    const asked = { runId, execution: executionOf(runId), input };
    await expect(open(asked, { ...closed.gateways(), windows: [never] })).rejects.toThrow(/window/);
    expect(closed.journal.all()).toEqual([]);
  });

  test.each([
    ['neither', {}],
    ['both', { experiment: one, experiments: [other] }],
  ])('of %s is refused at synth', (found, options) => {
    expect(() => scheduled(options)).toThrow(
      `Cannot schedule Nightly as either an experiment or a list of some must be given: found ${found}`,
    );
  });

  test('with a seed that is none is refused at synth', () => {
    expect(() => scheduled({ experiments: [one, other], seed: -1 })).toThrow(/^Cannot pick/);
  });
});

/** Blocks of JSON in the documentation that are meant for the console: an experiment, or a list. */
const root = join(import.meta.dirname, '../../..');
const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => join('docs', name))];
const blocks = pages
  .filter((page) => page.endsWith('.md'))
  .flatMap((page) =>
    [...readFileSync(join(root, page), 'utf8').matchAll(/```json\n([\s\S]*?)```/g)].map(
      ([, text = '']) => ({ page, value: JSON.parse(text) as unknown }),
    ),
  )
  .filter(({ value }) => Object.keys(Object(value)).some((key) => /^(mechanism|pick)$/.test(key)));

test('there is something to copy from the documentation', () => {
  expect(blocks.map(({ page }) => page)).toContain('README.md');
  expect(blocks.map(({ page }) => page)).toContain('docs/game-days.md');
});

test.each(blocks)('what $page shows opens a run as it is', async ({ value }) => {
  const { request } = await opened(value);
  expect(request?.experiment.name).toMatch(/^[a-z]/);
});
