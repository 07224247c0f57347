import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { AssemblyRule } from '../../../lab/assembly/assembly.ts';
import { startEventBus } from '../../../lab/cloud/event-bus.ts';
import { parsePattern } from '../../../lab/cloud/event-pattern.ts';
import { targetInput } from '../../../lab/cloud/target-input.ts';
import { until } from './until.ts';

const event = {
  source: 'aws.states',
  'detail-type': 'Status Change',
  detail: {
    status: 'FAILED',
    name: 'say "hi"',
    count: 3,
    tags: ['a', 'b'],
    parts: [{ of: 'a', is: 'first' }, { of: 'b' }],
  },
};

describe('an event pattern', () => {
  test.each([
    [{ source: ['aws.states'] }, true],
    [{ source: ['aws.ec2'] }, false],
    [{ source: ['aws.ec2', { prefix: 'aws.st' }] }, true],
    [{ source: [{ suffix: '.states' }], detail: { status: ['ABORTED', 'FAILED'] } }, true],
    [{ source: ['aws.states'], detail: { status: ['ABORTED'] } }, false],
    [{ detail: { status: [{ 'anything-but': ['FAILED'] }] } }, false],
    [{ detail: { status: [{ 'anything-but': 'ABORTED' }] } }, true],
    [{ detail: { gone: [{ exists: false }] } }, true],
    [{ detail: { status: [{ exists: false }] } }, false],
    [{ detail: { tags: ['b'] } }, true],
    [{ detail: { count: [3] } }, true],
    [{ detail: { gone: { deeper: ['x'] } } }, false],
    [{ detail: { parts: { of: ['b'] } } }, true],
    [{ detail: { parts: { of: ['b'], is: ['first'] } } }, false],
    [{ detail: { $or: [{ status: ['ABORTED'] }, { parts: { of: ['a'] } }] } }, true],
    [{ detail: { $or: [{ status: ['ABORTED'] }, { parts: { of: ['c'] } }] } }, false],
    [{ detail: { count: [4], $or: [{ status: ['FAILED'] }, { count: [3] }] } }, false],
  ])('%j matches: %s', (pattern, matches) => {
    expect(parsePattern(pattern)(event)).toBe(matches);
  });

  test('with a matcher the lab does not know is refused, never passed over', () => {
    expect(() => parsePattern({ detail: { count: [{ numeric: ['>', 1] }] } })).toThrow('numeric');
    expect(() => parsePattern({ $or: [{ source: ['a'] }] })).toThrow('$or');
    expect(() => parsePattern({ $and: [] })).toThrow('$and');
  });
});

describe('the input of a target', () => {
  const rule = { name: 'ended', arn: 'arn:rule' };
  const arn = 'arn:target';
  const transformed = (template: string) =>
    targetInput(
      {
        arn,
        inputTransformer: {
          paths: { status: '$.detail.status', name: '$.detail.name', detail: '$.detail' },
          template,
        },
      },
      event,
      rule,
    );

  test('is the event, a constant, or a part of the event', () => {
    expect(targetInput({ arn }, event, rule)).toEqual(event);
    expect(targetInput({ arn, input: '{"by":"rule"}' }, event, rule)).toEqual({ by: 'rule' });
    expect(targetInput({ arn, inputPath: '$.detail.tags' }, event, rule)).toEqual(['a', 'b']);
    expect(() => targetInput({ arn, inputPath: '$.nothing' }, event, rule)).toThrow('$.nothing');
  });

  test('made by a template keeps JSON as JSON and text inside quotes as text', () => {
    expect(transformed('{"s":<status>,"d":<detail>,"t":"was <status> of <name>"}')).toEqual({
      s: 'FAILED',
      d: event.detail,
      t: 'was FAILED of say "hi"',
    });
    expect(transformed('"<aws.events.rule-name>: <status>"')).toBe('ended: FAILED');
  });
});

function busOf(rules: AssemblyRule[], knobs = {}) {
  const started: [string, unknown][] = [];
  const start = async (arn: string, input: unknown): Promise<void> => {
    if (arn === 'arn:gone') throw new Error('no such target');
    started.push([arn, input]);
  };
  return { started, bus: startEventBus(rules, { start, ...knobs }) };
}

describe('the bus', () => {
  const scheduled: AssemblyRule = {
    logicalId: 'Sweep',
    name: 'sweep',
    arn: 'arn:sweep',
    enabled: true,
    scheduleExpression: 'rate(5 minutes)',
    targets: [{ arn: 'arn:sweeper' }],
  };
  const failed: AssemblyRule = {
    logicalId: 'Failed',
    name: 'failed',
    arn: 'arn:failed',
    enabled: true,
    eventPattern: { source: ['aws.states'] },
    targets: [{ arn: 'arn:restorer', inputPath: '$.detail' }],
  };

  test('starts the targets of rules that match, not those of disabled ones', async () => {
    const { started, bus } = busOf([failed, { ...failed, name: 'off', enabled: false }]);
    bus.put(event);
    bus.put({ ...event, source: 'aws.ec2' });
    await sleep(5);

    expect(started).toEqual([['arn:restorer', event.detail]]);
    bus.close();
  });

  test('may lose an event, and tells a target that could not be started', async () => {
    const { started, bus } = busOf(
      [failed, { ...failed, name: 'g', targets: [{ arn: 'arn:gone' }] }],
      {
        lose: () => bus.events.length === 1,
      },
    );
    bus.put(event);
    await sleep(5);
    expect(started).toEqual([]);
    bus.put(event);
    await sleep(5);

    expect(started).toHaveLength(1);
    expect(bus.failures).toMatchObject([{ rule: 'g', reason: 'Error: no such target' }]);
    bus.close();
  });

  test('runs a rate() rule by its clock, whose period can be shortened, and by hand', async () => {
    const { started, bus } = busOf([scheduled], {
      periodOf: (name: string, usual: number) => (name === 'sweep' ? usual / 6_000 : usual),
    });
    await until(() => started.length >= 2);
    bus.close();
    const byClock = started.length;
    await sleep(80);
    expect(started).toHaveLength(byClock);
    bus.fire('sweep');

    expect(started.at(-1)).toMatchObject(['arn:sweeper', { 'detail-type': 'Scheduled Event' }]);
    expect(() => bus.fire('failed')).toThrow('Cannot fire "failed"');
  });
});
