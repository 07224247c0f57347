/** What a deployment that names its clusters holds to, from synth to Open and the audit. */
import { CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { clustersAsked } from '../../core/asked-run.ts';
import { parsePattern } from '../../lab/cloud/event-pattern.ts';
import { awsGateways } from '../../lambda/aws/environment.ts';
import { Aerofault } from '../../lib/aerofault.ts';
import type { AerofaultProps } from '../../lib/aerofault-props.ts';
import { AerofaultTargetStack } from '../../lib/aerofault-target-stack.ts';
import { Experiment } from '../../lib/experiment.ts';
import { anApp, aStack, ofType, only, resourcesOf, stubBundles } from './synthesised.ts';

const on = (cluster: string) => ({
  name: 'isolate-one-node',
  cluster,
  fault: { kind: 'partition', topology: { kind: 'isolate', count: 1 } },
  mechanism: 'iptables',
  holdSeconds: 60,
});
const experimentOn = (cluster: string): Experiment => Experiment.fromObject(on(cluster));
const at = ScheduleExpression.rate(Duration.days(1));

describe('names', () => {
  test.each([[' payments'], ['payments '], [''], ['pay/ments'], ['p'.repeat(65)], ['-p']])(
    'of "%s" are refused at synth, here and in the account of the clusters',
    (wrong) => {
      const says = 'Cannot deploy for these clusters as every name must match ';
      const clusters = ['orders', wrong];
      expect(() => aStack({ clusters })).toThrow(says);
      const target = { homeAccount: '123456789012', externalId: 'shared', clusters };
      expect(() => new AerofaultTargetStack(anApp(), 'Target', target)).toThrow(says);
    },
  );

  test('are told as they were given', () => {
    expect(() => aStack({ clusters: 'orders, payments'.split(',') })).toThrow(
      /must match \S+: found " payments"$/,
    );
  });

  test('must be some', () => {
    expect(() => aStack({ clusters: [] })).toThrow(
      'Cannot deploy for these clusters as one at least must be named: found none',
    );
  });
});

describe('what starts by the clock', () => {
  const clusters = ['orders-staging'];
  const foreign = { name: 'Nightly', at, experiment: experimentOn('orders-stagin') };
  const list = {
    name: 'Nightly',
    at,
    experiments: [experimentOn('orders-staging'), experimentOn('orders-stagin')],
  };
  const says =
    'Cannot schedule Nightly for cluster "orders-stagin" as this deployment must be for it: found that it is for orders-staging';

  test.each<[string, AerofaultProps]>([
    ['an experiment', { schedules: [foreign] }],
    ['one of a list', { schedules: [list] }],
    ['an audit', { audits: [{ name: 'Nightly', at, audit: { cluster: 'orders-stagin' } }] }],
  ])('and is for another cluster is refused at synth: %s', (_, props) => {
    expect(() => aStack({ clusters, ...props })).toThrow(says);
    expect(() => aStack(props)).not.toThrow();
    expect(() => aStack({ clusters: [...clusters, 'orders-stagin'], ...props })).not.toThrow();
  });

  test('and is added later, too', () => {
    const { aerofault } = aStack({ clusters });
    expect(() => aerofault.schedule('Nightly', { at, experiment: foreign.experiment })).toThrow(
      says,
    );
  });
});

const Variables = z.object({
  Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }),
});

/** What each function is told of clusters, by the beginning of its id. */
function toldTo(props: AerofaultProps): Record<string, unknown> {
  const functions = Object.entries(ofType(resourcesOf(aStack(props)), 'AWS::Lambda::Function'));
  return Object.fromEntries(
    functions.flatMap(([id, { Properties }]) => {
      const { CLUSTERS } = Variables.parse(Properties).Environment.Variables;
      return CLUSTERS === undefined ? [] : [[id.replace(/[0-9A-F]{8}$/, ''), CLUSTERS]];
    }),
  );
}

describe('Open and the audit', () => {
  test('alone are told the names, and read them', () => {
    const told = toldTo({ clusters: ['orders', 'payments'] });
    expect(Object.keys(told).toSorted()).toEqual(['FunctionsAudit', 'FunctionsOpen']);
    for (const CLUSTERS of Object.values(told)) {
      const gateways = awsGateways({ JOURNAL_TABLE: 'Journal', CLUSTERS: String(CLUSTERS) });
      expect(gateways.clusters).toEqual(['orders', 'payments']);
    }
  });

  test('are told none where every cluster may be touched', () => {
    expect(toldTo({})).toEqual({});
  });
});

/** Whether an event with such a detail starts a run of this deployment. */
function starts(props: AerofaultProps): (detail: object, more?: object) => boolean {
  const [, { Properties }] = only(resourcesOf(aStack(props)), 'AWS::Events::Rule', 'GameDays');
  const text = JSON.stringify(Properties['EventPattern']);
  expect(text.length).toBeLessThanOrEqual(2_048);
  const matches = parsePattern(z.record(z.string(), z.unknown()).parse(JSON.parse(text)));
  return (detail, more = {}) =>
    matches({ source: 'aerofault', 'detail-type': 'aerofault.run.requested', detail, ...more });
}

/** Every form in which a run may be asked for; each is one that Open reads. */
const forms: [form: string, of: (cluster: string) => object][] = [
  ['an experiment', on],
  ['wrapped', (cluster) => ({ experiment: on(cluster), startedBy: 'ci' })],
  ['wrapped, beside more', (cluster) => ({ experiment: on(cluster), why: 'release' })],
  ['a list of one', (cluster) => ({ pick: [on(cluster)] })],
  ['the last of a list', (cluster) => ({ pick: [on('other'), on(cluster)], seed: 7 })],
  ['the first of a list', (cluster) => ({ pick: [on(cluster), on('other')], startedBy: 'ci' })],
];

describe('an event that asks for a run', () => {
  const named = starts({ clusters: ['orders', 'payments'] });
  const many = Array.from({ length: 40 }, (_, index) => `orders-of-a-long-name-${index}`);
  const [few, tooMany, all] = [
    starts({ clusters: many.slice(0, 9) }),
    starts({ clusters: many }),
    starts({}),
  ];

  test.each(forms)('starts one on a cluster of the deployment, asked for as %s', (_, of) => {
    for (const cluster of ['orders', 'payments']) {
      expect(clustersAsked(of(cluster))).toContain(cluster);
      expect(named(of(cluster))).toBe(true);
      expect(all(of(cluster))).toBe(true);
    }
    expect(many.slice(0, 9).every((cluster) => few(of(cluster)))).toBe(true);
    expect(many.every((cluster) => tooMany(of(cluster)))).toBe(true);
  });

  test.each(forms)('starts none on another, asked for as %s', (_, of) => {
    expect(clustersAsked(of('stock'))).toContain('stock');
    expect(named(of('stock'))).toBe(false);
    expect(named(of('orders'), { source: 'somebody' })).toBe(false);
    expect(few(of('stock'))).toBe(false);
  });

  test('starts one on any cluster where none is named, or more than a pattern has room for', () => {
    expect(all(on('stock'))).toBe(true);
    expect(tooMany(on('stock'))).toBe(true);
  });
});

test('names that are known only when it is deployed are left to IAM', () => {
  const stack = new Stack(anApp(), 'Shop');
  const name = new CfnParameter(stack, 'Cluster');
  const bundles = stubBundles();
  const schedules = [{ name: 'Nightly', at, experiment: experimentOn('orders') }];
  new Aerofault(stack, 'One', { bundles, schedules, clusters: ['stock', name.valueAsString] });

  const made = resourcesOf(stack);
  expect(JSON.stringify(ofType(made, 'AWS::Lambda::Function'))).not.toContain('"CLUSTERS"');
  expect(JSON.stringify(ofType(made, 'AWS::Events::Rule'))).not.toContain('$or');
  expect(JSON.stringify(ofType(made, 'AWS::IAM::Policy'))).toContain('["stock",{"Ref":"Cluster"}]');
});
