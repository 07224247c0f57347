import { describe, expect, test } from 'vitest';
import { inForceFindings, steadyFindings } from '../../core/judge.ts';
import type { Sample } from '../../core/judge.ts';
import { canaryQuestions, controlQuestions, cutQuestions } from '../../core/probe.ts';
import { worst } from '../../core/verdict.ts';
import type { Finding } from '../../core/verdict.ts';
import { parseExperiment } from '../../core/experiment.ts';
import type { Seen } from '../../core/note.ts';
import type { NodeView } from '../../core/observation.ts';
import { counterNames } from '../../core/probe/counters.ts';
import {
  cutSample,
  except,
  finding,
  leaving,
  openSample,
  partition,
  splitViews,
  viewsOf,
} from './answers.ts';
import { anInventory, someNodes } from './inventories.ts';
import { withSix } from './plans.ts';

const [cut] = cutQuestions(partition);
const [control] = controlQuestions(partition);

const judge = (sample: Sample, subject = partition): Finding[] => steadyFindings(subject, sample);

/** What is found where n2 tells of a roster. */
const rostered = (...amiss: [string, 'unknown'][]): Finding[] =>
  judge({
    ...openSample(partition),
    views: viewsOf(partition, [{}, { rosters: { of: 1, amiss } }, {}]),
  });

describe('steady', () => {
  test.each([
    ['a partition', partition],
    ['a client-cut', leaving],
  ])('is confirmed where all is whole, quiet and open, before %s', (_, subject) => {
    const { answer, evidence } = worst(judge(openSample(subject), subject));

    expect(answer).toBe('confirmed');
    expect(evidence).toContain('one cluster of 3 under one key');
    expect(evidence).toContain('n1 quiet: 2 heartbeat and 48 fabric links');
  });

  test.each([
    { said: [{}, {}, null], answer: 'inconclusive', saw: '1 of 3 nodes did not answer' },
    { said: [{}, {}], answer: 'inconclusive', saw: '1 of 3 nodes did not answer' },
    { said: [], answer: 'inconclusive', saw: '3 of 3 nodes did not answer' },
    { said: [{}, {}, { size: 2 }], answer: 'refuted', saw: 'say size 2, not one cluster of 3' },
    { said: [{}, {}, { key: 'B' }], answer: 'refuted', saw: 'not one cluster of 3' },
    { said: [{ size: 0 }, {}, {}], answer: 'refuted', saw: '1 node(s) say size 0' },
  ])('one cluster: $said is $answer', ({ said, answer, saw }) => {
    const views = viewsOf(partition, said);
    expect(finding(judge({ ...openSample(partition), views }), saw).answer).toBe(answer);
  });

  test.each([
    { said: { settled: false }, saw: 'n2: cluster not stable' },
    { said: { migrations: 7 }, saw: 'n2: 7 partitions migrating' },
    { said: { unavailable: 2 }, saw: 'n2: 2 unavailable, 0 dead' },
    { said: { dead: 4 }, saw: 'n2: 0 unavailable, 4 dead' },
    { said: { stopWrites: true }, saw: 'n2: writes stopped' },
    { said: { heartbeats: 1 }, saw: 'n2: 1 heartbeat links of 2' },
    { said: { integrity: false }, saw: 'n2: cluster without integrity' },
    { said: { member: false }, saw: 'n2: no member of its cluster' },
    {
      said: {
        rosters: {
          of: 2,
          amiss: [
            ['bar', 'unknown'],
            ['test', 'pending'],
          ],
        },
      },
      saw: 'n2: roster of test is not the pending one',
    },
    {
      said: { rosters: { of: 1, amiss: [['test', 'observed']] } },
      saw: 'n2: roster of test is not the observed nodes',
    },
    {
      said: { rosters: { of: 1, amiss: [['test', 'both']] } },
      saw: 'n2: roster of test is not the pending one, nor the observed nodes',
    },
    {
      said: { migrations: 7, stopWrites: true },
      saw: 'n2: 7 partitions migrating, writes stopped',
    },
  ] satisfies readonly { said: Partial<NodeView>; saw: string }[])(
    'quiet: $said is refuted',
    ({ said, saw }) => {
      const views = viewsOf(partition, [{}, said, {}]);
      expect(finding(judge({ ...openSample(partition), views }), saw).answer).toBe('refuted');
    },
  );

  test('quiet: a roster that nobody could ask for is inconclusive, one as it should be is quiet', () => {
    expect(finding(rostered(['test', 'unknown']), 'n2').answer).toBe('inconclusive');
    expect(finding(rostered(['test', 'unknown']), 'n2').saw).toMatch(
      /could not be asked for the roster of test/,
    );
    expect(finding(rostered(), 'n2 quiet').answer).toBe('confirmed');
  });

  test('quiet: a silent node is inconclusive', () => {
    const views = viewsOf(partition, [{}, null, {}]);
    const silent = finding(judge({ ...openSample(partition), views }), 'n2 did not answer');

    expect(silent.answer).toBe('inconclusive');
  });

  test.each([
    { answer: 'refused', wanted: 'refuted', saw: '17 of 18 tried connections open before' },
    { answer: 'timed-out', wanted: 'refuted', saw: '17 of 18' },
    {
      answer: undefined,
      wanted: 'inconclusive',
      saw: '17 of 18 tried connections open before, 1 unanswered',
    },
  ])('a connection that is $answer before the fault: $wanted', ({ answer, wanted, saw }) => {
    const sample = except(openSample(partition), cut, answer);
    expect(finding(judge(sample), saw).answer).toBe(wanted);
  });

  test('a closed connection refutes, whatever else went unanswered', () => {
    const sample = except(except(openSample(partition), cut, 'refused'), control);
    expect(finding(judge(sample), 'open before').answer).toBe('refuted');
  });

  test('a control that is closed is not needed, and only told of', () => {
    const closed = finding(
      judge(except(openSample(partition), control, 'timed-out')),
      'open before',
    );

    expect(closed).toEqual({
      answer: 'confirmed',
      saw: '17 of 18 tried connections open before (1 others are not needed)',
    });
  });

  test('without any control that can be reached overreach could never be seen: inconclusive', () => {
    const closed = controlQuestions(partition).reduce(
      (sample, question) => except(sample, question, 'timed-out'),
      openSample(partition),
    );

    expect(finding(judge(closed), 'none of 10 controls').answer).toBe('inconclusive');
    const refusing = except(closed, control, 'refused');
    expect(worst(judge(refusing)).answer).toBe('confirmed');
  });

  test('IPv6 is extra: a server that does not listen there is steady all the same', () => {
    const six = anInventory({ instances: someNodes(3).map(withSix) });
    const dual = { ...partition, inventory: six };
    const sample = openSample(dual);
    const sixes = cutQuestions(dual).filter(({ item }) => item.includes('fd00'));
    const deaf = sixes.reduce((so, question) => except(so, question, 'refused'), sample);

    expect(sixes).not.toEqual([]);
    expect(worst(judge(deaf, dual)).answer).toBe('confirmed');
    expect(
      worst(inForceFindings(dual, deaf, cutSample(dual, { views: splitViews(dual) }))),
    ).toMatchObject({
      answer: 'confirmed',
    });
  });

  test('a canary that cannot be held is refuted, one unanswered inconclusive', () => {
    const [held] = canaryQuestions(leaving, 'keep');
    const said = (answer?: string): string =>
      finding(judge(except(openSample(leaving), held, answer), leaving), 'held open as canaries')
        .answer;

    expect([said('open'), said('refused'), said()]).toEqual([
      'confirmed',
      'refuted',
      'inconclusive',
    ]);
  });
});

/** What nodes tell of their lag, in order: destinations and seconds, or null for silence. */
const lagging = (...said: (readonly (readonly [string, number])[] | null)[]): Sample => {
  const told = said.map((lags, index): Seen => {
    const probe = `lag/10.0.0.${index + 1}/3000`;
    const result =
      lags === null
        ? { probe, answer: 'silent' as const, reason: 'timed-out' }
        : {
            probe,
            answer: 'ok' as const,
            lags: lags.map(([dc, s]): [string, number, null, null, null] => [
              dc,
              s,
              null,
              null,
              null,
            ]),
          };
    return { from: `i-n${index + 1}`, at: 5000, result };
  });
  const sample = openSample(partition);
  return { ...sample, seen: [...sample.seen, ...told] };
};

const oneLagging = (seconds: number): Sample =>
  lagging([['far', seconds]], [['far', 0]], [['far', 0]]);

const bounding = (bounds: { stopOn?: object; expect?: object }) => ({
  ...partition,
  experiment: parseExperiment({ ...partition.experiment, ...bounds }),
});

describe('XDR lag before the fault', () => {
  const expecting = bounding({ expect: { xdrLagSeconds: 30 } });

  test.each([
    { said: [[['far', 30]], [['far', 0]], [['far', 1]]], answer: 'confirmed' },
    {
      said: [
        [['far', 0]],
        [
          ['near', 1],
          ['far', 31],
        ],
        [['far', 1]],
      ],
      answer: 'refuted',
    },
    { said: [[['far', 0]], null, [['far', 1]]], answer: 'inconclusive' },
    { said: [[['far', 0]], [], [['far', 1]]], answer: 'inconclusive' },
    { said: [null, null, null], answer: 'inconclusive' },
    { said: [[], [], []], answer: 'confirmed' },
  ] as const)('of $said is $answer', ({ said, answer }) => {
    expect(worst(judge(lagging(...said), expecting)).answer).toBe(answer);
  });

  test('is told by node, with the bound that it breaks: the stricter of two', () => {
    const sample = oneLagging(8);
    const both = bounding({ stopOn: { xdrLagSeconds: 7 }, expect: { xdrLagSeconds: 30 } });
    expect(finding(judge(sample, both), 'n1 lags')).toEqual({
      answer: 'refuted',
      saw: 'n1 lags 8 s behind to far, more than 7',
    });
  });

  test('without a bound is as low as it usually is; where nobody asks, nothing is told of it', () => {
    const { experiment } = partition;
    const fault = { kind: 'xdr-pause', dc: 'far', namespaces: ['test'] };
    const asked = { ...experiment, fault, mechanism: 'aerospike' };
    const paused = { ...partition, experiment: parseExperiment(asked) };
    expect(finding(judge(oneLagging(2), paused), 'n1 lags').answer).toBe('confirmed');
    expect(finding(judge(oneLagging(3), paused), 'n1 lags').answer).toBe('refuted');
    expect(JSON.stringify(judge(oneLagging(3)))).not.toContain('lags');
  });
});

/** What every node has counted at an instant; all else is 0. */
const counting = (at: number, counts: Record<string, number>, from = ['i-n1', 'i-n2', 'i-n3']) => {
  const counters = counterNames.map((name) => counts[name] ?? 0);
  const seen = from.map((id): Seen => {
    return { from: id, at, result: { probe: 'counters/x/3000', answer: 'ok', counters } };
  });
  const sample = openSample(partition);
  return { ...sample, seen: [...sample.seen, ...seen] };
};

describe('clients before the fault', () => {
  const earlier = counting(1_000, { client_read_success: 1_000, client_read_timeout: 50 });
  const said = (now: Sample, before: Sample | undefined = earlier): Finding[] =>
    steadyFindings(partition, now, before);
  const grown = (counts: Record<string, number>): Sample =>
    counting(4_000, { client_read_success: 1_990, client_read_timeout: 50, ...counts });

  test.each([
    { counts: {}, saw: '0 of 2970 requests of clients timed out or were proxied within 3.0 s' },
    { counts: { client_write_error: 900 }, saw: '0 of 5670' },
    { counts: { client_tsvc_timeout: 10 }, saw: '30 of 3000' },
  ])('$counts more is quiet', ({ counts, saw }) => {
    expect(finding(said(grown(counts)), saw).answer).toBe('confirmed');
  });

  test.each([
    { client_read_timeout: 61 },
    { client_write_timeout: 11 },
    { client_tsvc_timeout: 11 },
    { client_proxy_complete: 11 },
    { client_proxy_error: 11 },
    { client_proxy_timeout: 11 },
  ])('%o is not', (counts) => {
    const told = finding(said(grown(counts)), '33 of 3003 requests');
    expect(told.answer).toBe('refuted');
    expect(told.saw).toContain('more than 1 %');
  });

  test('a node that told once, or began anew, leaves it open', () => {
    const same = { client_read_success: 1_000, client_read_timeout: 50 };
    const two = counting(4_000, same, ['i-n1', 'i-n3']);
    expect(finding(said(two), 'n2 did not tell twice').answer).toBe('inconclusive');
    expect(finding(said(counting(4_000, {})), 'did not tell twice').answer).toBe('inconclusive');
  });

  test('of which nobody asked twice, nothing is told', () => {
    expect(JSON.stringify(steadyFindings(partition, grown({})))).not.toContain('clients');
  });
});
