import { describe, expect, test } from 'vitest';
import type { Sample } from '../../../core/judge.ts';
import type { NodeView, XdrLag } from '../../../core/observation.ts';
import type { Subject } from '../../../core/probe.ts';
import { isUnheard, signSeen, unfitToWatch } from '../../../core/stop/signs.ts';
import type { StopOn } from '../../../core/stop/stop-on.ts';
import { aView, openSample, partition } from '../answers.ts';

const stopping = (stopOn: StopOn): Subject => ({
  ...partition,
  experiment: { ...partition.experiment, stopOn },
});

/** What n2 says beside two healthy nodes; null: nothing. */
function sampleWith(changes: Partial<NodeView> | null): Sample {
  const sample = openSample(partition);
  const views = sample.views.map((one) =>
    one.from === 'i-n2' ? { ...one, view: changes === null ? null : aView('n2', changes) } : one,
  );
  return { ...sample, views };
}

const lagging = (...told: [string, number][]): Sample => {
  const lags = told.map(([dc, seconds]): XdrLag => [dc, seconds, null, null, null]);
  const result = { probe: 'lag/10.0.1.2/3000', answer: 'ok' as const, lags };
  return { ...sampleWith({}), seen: [{ from: 'i-n2', at: 1, result }] };
};

describe('signSeen()', () => {
  test.each<{ stopOn: StopOn; said: Partial<NodeView>; cause: string; says: string }>([
    {
      stopOn: { unavailablePartitions: 0 },
      said: { unavailable: 12 },
      cause: 'unavailable-partitions',
      says: 'n2 has 12 unavailable partitions, more than 0',
    },
    {
      stopOn: { deadPartitions: 3 },
      said: { dead: 4 },
      cause: 'dead-partitions',
      says: 'n2 has 4 dead partitions, more than 3',
    },
    {
      stopOn: { stopWrites: true },
      said: { stopWrites: true },
      cause: 'stop-writes',
      says: 'n2 has stopped writes',
    },
    {
      stopOn: { orphanedNodes: true },
      said: { size: 0 },
      cause: 'orphaned-node',
      says: 'n2 is in no cluster: cluster_size 0',
    },
    {
      stopOn: { clockSkewMs: 500 },
      said: { clockSkewMs: 501 },
      cause: 'clock-skew',
      says: 'n2 tells of 501 ms of clock skew, more than 500',
    },
  ])('$cause', ({ stopOn, said, cause, says }) => {
    expect(signSeen(stopping(stopOn), sampleWith(said))).toEqual({ cause, says });
    expect(signSeen(stopping({}), sampleWith(said))).toBeUndefined();
    expect(signSeen(stopping(stopOn), sampleWith({}))).toBeUndefined();
  });

  test.each<{ stopOn: StopOn; said: Partial<NodeView>; why: string }>([
    {
      stopOn: { unavailablePartitions: 12 },
      said: { unavailable: 12 },
      why: 'no more than allowed',
    },
    { stopOn: { deadPartitions: 4 }, said: { dead: 4 }, why: 'no more dead than allowed' },
    { stopOn: { clockSkewMs: 500 }, said: { clockSkewMs: 500 }, why: 'no more skew than allowed' },
    { stopOn: { orphanedNodes: true }, said: { member: false }, why: 'only between two clusters' },
    { stopOn: { orphanedNodes: false }, said: { size: 0 }, why: 'it is not asked for' },
    {
      stopOn: { stopWrites: false },
      said: { stopWrites: true },
      why: 'stop-writes is not asked for',
    },
  ])('none: $why', ({ stopOn, said }) => {
    expect(signSeen(stopping(stopOn), sampleWith(said))).toBeUndefined();
  });

  test('figures of several nodes are never added', () => {
    const views = openSample(partition).views.map((one) => ({
      ...one,
      view: aView('n1', { unavailable: 10 }),
    }));
    expect(signSeen(stopping({ unavailablePartitions: 10 }), { seen: [], views })).toBeUndefined();
  });

  test('an orphan is called one, for its partitions only follow from that', () => {
    const asked = stopping({ orphanedNodes: true, unavailablePartitions: 0 });
    const sign = signSeen(asked, sampleWith({ size: 0, unavailable: 4096 }));
    expect(sign?.cause).toBe('orphaned-node');
  });

  test('the worst lag of any node counts', () => {
    const seen = lagging(['near', 3], ['far', 31]);
    expect(signSeen(stopping({ xdrLagSeconds: 30 }), seen)).toEqual({
      cause: 'xdr-lag',
      says: 'n2 lags 31 s behind to far, more than 30',
    });
    expect(signSeen(stopping({ xdrLagSeconds: 31 }), seen)).toBeUndefined();
  });
});

describe('isUnheard()', () => {
  const silent: Sample = {
    seen: [],
    views: openSample(partition).views.map((one) => ({ ...one, view: null })),
  };

  test('only where nobody told anything', () => {
    const { experiment } = stopping({ stopWrites: true });
    expect(isUnheard(experiment, silent)).toBe(true);
    expect(isUnheard(experiment, sampleWith(null))).toBe(false);
  });

  test('only where nodes are to end the hold', () => {
    for (const stopOn of [{}, { alarms: ['a'] }, { stopWrites: false }]) {
      expect(isUnheard(stopping(stopOn).experiment, silent)).toBe(false);
    }
  });
});

describe('unfitToWatch()', () => {
  test.each<{ stopOn: StopOn; sample: Sample; says: string | undefined }>([
    {
      stopOn: { clockSkewMs: 500 },
      sample: sampleWith({ clockSkewMs: 900 }),
      says: 'what stops it must not be so before: found that n2 tells of 900 ms of clock skew, more than 500',
    },
    {
      stopOn: { clockSkewMs: 500 },
      sample: sampleWith({}),
      says: 'every node must tell its clock skew: found nothing of it from n1',
    },
    { stopOn: { xdrLagSeconds: 5 }, sample: lagging(['far', 4]), says: undefined },
    {
      stopOn: { xdrLagSeconds: 5 },
      sample: lagging(),
      says: 'a node must tell how it lags behind to an XDR destination: found none that does',
    },
    { stopOn: {}, sample: sampleWith({}), says: undefined },
  ])('$stopOn: $says', ({ stopOn, sample, says }) => {
    expect(unfitToWatch(stopping(stopOn), sample)).toBe(says);
  });
});
