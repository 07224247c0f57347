import { expect, test } from 'vitest';
import { describeReal, markers, reported } from './real.ts';

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

describeReal('3001 alone on a real server', () => {
  test('every cluster statistic stays green, and writes fail', async () => {
    const told = await reported('examples/fabric-only.json', {
      name: 'real-fabric-only',
      holdSeconds: 60,
      markers,
      expect: { clientErrorPercent: 1 },
    });

    const { steady, inForce, expected, clean, recovered } = told.verdicts;
    expect([steady, inForce, clean, recovered].map(({ answer }) => answer)).toEqual(
      Array.from({ length: 4 }, () => 'confirmed'),
    );
    expect(inForce.evidence.join('\n')).toMatch(/cluster sizes 3 under 1 key/);
    expect(told.nodes.every(({ spans }) => spans.every(({ size }) => size === 3))).toBe(true);

    expect(expected.answer).toBe('refuted');
    expect(told.hypotheses.find(({ what }) => what === 'client errors')).toMatchObject({
      answer: 'refuted',
    });
    const timeouts = told.counters.flatMap(({ during }) =>
      (['client_read_timeout', 'client_write_timeout'] as const).map((name) => during?.[name] ?? 0),
    );
    expect(sum(timeouts)).toBeGreaterThan(0);

    const [side, ...others] = told.markers?.sides ?? [];
    expect(others).toEqual([]);
    expect(side?.nodes).toHaveLength(3);
    const { own, shared } = side!;
    expect(own.inDoubt + shared.inDoubt).toBeGreaterThan(0);
    expect(own.acknowledged + shared.acknowledged).toBeGreaterThan(0);
    expect(told.markers?.lost).toBe(0);
  });
});
