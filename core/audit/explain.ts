import type { Instance } from '../inventory.ts';
import type { Because, Cell, Explanation, Surprise } from './audit.ts';
import { isClosed } from './cells.ts';
import { stoppingRule } from './host-rules.ts';
import type { StoppingRule } from './host-rules.ts';
import { modelOf } from './model.ts';
import type { AuditSeen } from './seen.ts';

interface Reason {
  readonly because: Because;
  readonly says: string;
}

/** Why each closed port is closed, and which are open though nothing of AWS admits it. */
export function explained(seen: AuditSeen): { closed: Explanation[]; surprises: Surprise[] } {
  const reasonFor = reasons(seen);
  const closed = seen.cells.filter(isClosed).map((cell) => ({ cell, ...reasonFor.closed(cell) }));
  const open = seen.cells.flatMap((cell) => {
    const says = cell.answer === 'open' ? reasonFor.open(cell) : undefined;
    return says === undefined ? [] : [{ cell, says }];
  });
  return {
    closed: [...Map.groupBy(closed, ({ because, says }) => `${because} ${says}`).values()].flatMap(
      (alike) =>
        alike
          .slice(0, 1)
          .map(({ because, says }) => ({ because, says, cells: alike.map(({ cell }) => cell) })),
    ),
    surprises: [...Map.groupBy(open, ({ says }) => says)].map(([says, alike]) => ({
      says,
      cells: alike.map(({ cell }) => cell),
    })),
  };
}

function reasons(seen: AuditSeen) {
  const { inventory } = seen;
  const model = modelOf(inventory);
  const byId = new Map(inventory.instances.map((instance) => [instance.id, instance]));
  const both = ({ from, to }: Cell): readonly [Instance, Instance] | undefined => {
    const ends = [byId.get(from), byId.get(to)] as const;
    return ends[0] === undefined || ends[1] === undefined ? undefined : [ends[0], ends[1]];
  };
  return {
    closed(cell: Cell): Reason {
      const ends = both(cell);
      if (ends === undefined) return unexplained(cell, true);
      // Groups and ACLs drop without a word: what was answered came past them.
      const modelled = cell.answer === 'timed-out' ? model(...ends, cell.port) : undefined;
      return (
        modelled ??
        ofRoute(seen, cell, ends) ??
        ofFilter(seen, cell, ends) ??
        ofListener(seen, cell, ends) ??
        ofSilence(seen, ends[1]) ??
        unexplained(cell, seen.here.get(cell.to)?.listens.includes(cell.port) ?? true)
      );
    },
    open(cell: Cell): string | undefined {
      const ends = both(cell);
      const modelled = ends && model(...ends, cell.port);
      return modelled && `open, though ${modelled.says}`;
    },
  };
}

const kindsOfRoute: Readonly<Record<string, string>> = {
  B: 'a blackhole route',
  U: 'an unreachable route',
  P: 'a prohibit route',
  N: 'no route',
};

type Ends = readonly [from: Instance, to: Instance];

/** A blackhole where answers should go is only seen as silence. */
function ofRoute(seen: AuditSeen, { answer }: Cell, [from, to]: Ends): Reason | undefined {
  const way = (here: Instance, there: Instance): string | undefined =>
    kindsOfRoute[seen.routes.get(here.id)?.get(there.address) ?? ''];
  const there = way(from, to);
  if (there !== undefined) {
    return { because: 'route', says: `${from.name} has ${there} to ${to.name}` };
  }
  const back = answer === 'timed-out' ? way(to, from) : undefined;
  if (back === undefined) return undefined;
  return { because: 'route', says: `${to.name} has ${back} back to ${from.name}` };
}

function ofFilter(seen: AuditSeen, cell: Cell, [from, to]: Ends): Reason | undefined {
  const at = (host: Instance, peer: Instance): StoppingRule | undefined => {
    const { stops = [] } = seen.here.get(host.id) ?? {};
    const rules = stops.filter((rule) => fits(rule, cell));
    const dials = host.id === from.id;
    return stoppingRule(rules, { peer: peer.address, port: cell.port, dials });
  };
  const found = [
    { host: to, rule: at(to, from) },
    { host: from, rule: at(from, to) },
  ].flatMap(({ host, rule }) => (rule === undefined ? [] : [{ host, rule }]));
  const [best] = found.toSorted((a, b) => Number(a.rule.may) - Number(b.rule.may));
  if (best === undefined) return undefined;
  const verb = best.rule.may ? 'may stop' : 'stops';
  return {
    because: 'packet-filter',
    says: `security groups admit it; the packet filter of ${best.host.name} ${verb} it: ${best.rule.rule}`,
  };
}

/** Whoever rejects is heard; whoever drops is not. */
function fits(rule: string, { answer }: Cell): boolean {
  const rejects = /-j REJECT|\breject\b/.test(rule);
  return rejects !== (answer === 'timed-out');
}

function ofListener(seen: AuditSeen, { answer, port }: Cell, [, to]: Ends): Reason | undefined {
  const here = seen.here.get(to.id);
  if (answer !== 'refused' || here === undefined || here.listens.includes(port)) return undefined;
  return { because: 'not-listening', says: `nothing listens on ${port} at ${to.name}` };
}

function ofSilence({ here, silent }: AuditSeen, to: Instance): Reason | undefined {
  if (here.has(to.id)) return undefined;
  const why = silent[to.id] ?? 'it did not answer';
  return {
    because: 'host-silent',
    says: `security groups admit it, and ${to.name} could not be asked: ${why}`,
  };
}

function unexplained({ answer }: Cell, listens: boolean): Reason {
  const also = listens ? '' : ', and nothing listens there';
  return {
    because: 'unexplained',
    says: `nothing of AWS that was looked at explains it (${answer}${also}): groups and ACLs admit it, hosts' filters and routes let it pass; route tables and what lies between VPCs were not looked at`,
  };
}
