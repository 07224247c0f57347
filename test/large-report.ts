import * as z from 'zod';
import { counterNames } from '../core/probe/counters.ts';
import type { Report } from '../core/report.ts';
import { recorded } from './recorded-reports.ts';

const base = recorded('isolate-one-node');
const begin = base.timing.injectedAt ?? 0;
const Counts = z.record(z.enum(counterNames), z.int());
const counts = Counts.parse(Object.fromEntries(counterNames.map((name) => [name, 123_456])));

/** Nodes over an hour, seen to change `turns` times. */
export function large(turns: number, count = 100): Report {
  const names = Array.from({ length: count }, (_, index) => `orders-node-${index + 1}`);
  const nodes = names.map((name, index) => ({
    ...base.nodes[0]!,
    id: `i-${index}`,
    name,
    nodeId: `BB${index}`,
    zone: `eu-west-1${'abc'[index % 3]}`,
    isTarget: index < 34,
    spans: Array.from({ length: turns }, (_, turn) => ({
      at: begin + Math.round((3_600_000 * turn) / turns) + index,
      size: turn % 2 === 0 ? count : index < 34 ? 34 : count - 34,
      key: `KEY${turn}${turn % 2 === 1 && index < 34 ? 'A' : 'B'}`,
      principal: `BB${turn % 2 === 1 && index >= 34 ? 34 : 0}`,
      member: true,
      migrating: turn % 3 === 0,
    })),
  }));
  const connections = names.flatMap((from, index) =>
    [1, 2, 40, 60].flatMap((away) =>
      [3001, 3002].map((port) => ({
        from,
        to: names[(index + away) % count]!,
        port,
        family: 'IPv4' as const,
        kind: away > 30 ? ('cut' as const) : ('control' as const),
        needed: true,
        expected: null,
        before: 'open' as const,
        during: away > 30 ? ('timed-out' as const) : ('open' as const),
        after: 'open' as const,
      })),
    ),
  );
  const says = `drop ports 3001, 3002 from and to ${names.slice(34).join(', ')}`;
  const steps = names
    .slice(0, 34)
    .map((name) => ({ id: `host-cut/${name}`, kind: 'host-cut', says }));
  const restoredAt = begin + 3_600_000;
  return {
    ...base,
    nodes,
    connections,
    plan: { ...base.plan, steps },
    counters: names.map((node) => ({ node, during: counts, after: counts })),
    clients: Array.from({ length: 720 }, (_, index) => ({
      from: begin + 5000 * index,
      until: begin + 5000 * (index + 1),
      ok: index === 333 ? 17.5 : 9000 + index,
      timeouts: index === 334 ? 4711 : 0,
      errors: 0,
    })),
    clusters: Array.from({ length: turns }, (_, turn) => ({
      at: begin + Math.round((3_600_000 * turn) / turns),
      key: `KEY${turn}B`,
      size: count,
      nodes: names,
    })),
    states: Array.from({ length: 240 }, (_, index) => ({
      state: 'Watch',
      from: begin + 15_000 * index,
      until: begin + 15_000 * index + 4000,
      says: 'looked: sizes 34 and 66',
    })),
    restored: steps.map(({ id }) => ({ stepId: id, at: restoredAt, by: 'host timer' })),
    timing: {
      ...base.timing,
      restoreAt: restoredAt,
      restoredAt,
      recoveredAt: restoredAt + 9000,
      cleanAt: restoredAt + 5000,
    },
  };
}
