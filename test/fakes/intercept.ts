/**
 * The one place where tests make trouble: between a process and the gateways it was given.
 *
 * Every call of a process can be seen, held back, repeated, dropped or answered otherwise. What is
 * already on its way goes on without its caller, as it would.
 */
import type { Delivery, ReportingGateways } from '../../lambda/delivery.ts';
import type { Answer } from '../../lambda/gateways.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** One call of one process to one gateway. */
export interface Call {
  readonly gateway: string;
  readonly method: string;
  readonly args: readonly unknown[];
  /** What is called, to tell calls apart: `network.editRules`, `hosts.run cut`, `journal.write close`. */
  readonly name: string;
}

/** Stands between a process and a gateway; `proceed` makes the call, once for each time it is called. */
export type Intercept = (call: Call, proceed: () => Promise<unknown>) => Promise<unknown>;

/** The gateways as a process sees them whose calls go through `intercepts`, the first one outermost. */
export function intercepted(
  gateways: ReportingGateways,
  ...intercepts: readonly Intercept[]
): ReportingGateways {
  const intercept = chained(intercepts);
  return {
    ...gateways,
    journal: wrapped('journal', gateways.journal, intercept),
    network: wrapped('network', gateways.network, intercept),
    hosts: wrapped('hosts', gateways.hosts, intercept),
    schedule: wrapped('schedule', gateways.schedule, intercept),
    alarms: wrapped('alarms', gateways.alarms, intercept),
    freeze: wrapped('freeze', gateways.freeze, intercept),
    secrets: wrapped('secrets', gateways.secrets, intercept),
    delivery: sent(gateways.delivery, intercept),
  };
}

/** What goes over the network; metrics and log are lines of the process itself. */
function sent(delivery: Delivery, intercept: Intercept): Delivery {
  const seen = wrapped('delivery', delivery, intercept);
  return {
    journal: delivery.journal,
    keep: (folder, files) => seen.keep(folder, files),
    announce: (detail) => seen.announce(detail),
    count: (of, measurements) => delivery.count(of, measurements),
    tell: (runId, says) => delivery.tell(runId, says),
  };
}

const reads = new Set([
  'read',
  'request',
  'plan',
  'notes',
  'report',
  'watchedRuns',
  'locks',
  'shutUntil',
  'lifeOf',
  'observe',
  'rules',
  'groupsMadeBy',
  'groupsOn',
  'aclOf',
  'aclsMadeBy',
  'tryOut',
  'online',
  'agents',
  'versions',
  'notOk',
  'frozen',
]);

/** Whether the call changes anything in the world. A probe does: it starts recorders and canaries. */
export const isEffect = ({ method }: Call): boolean => !reads.has(method);

/** Whether the call goes to a security group or a machine, so that its answer may be lost. */
export const isChange = (call: Call): boolean =>
  isEffect(call) && (call.gateway === 'network' || call.gateway === 'hosts');

/** The answer that says nothing: the change may have happened, or may yet. */
export const lost: Answer = { kind: 'unknown', reason: 'the answer was lost' };

/** The call takes effect `milliseconds` later, and its caller never hears of it. */
export function late(milliseconds: number, clock: VirtualClock): Intercept {
  return async (_, proceed) => {
    clock.at(clock.now() + milliseconds, () => void proceed());
    return lost;
  };
}

/** Applies an intercept to the nth call that matches, 1 for the first, and to no other. */
export function nth(n: number, matches: (call: Call) => boolean, then: Intercept): Intercept {
  let seen = 0;
  return (call, proceed) => {
    if (matches(call)) seen += 1;
    return matches(call) && seen === n ? then(call, proceed) : proceed();
  };
}

/** Matches calls by their whole name. */
export const named =
  (name: string) =>
  (call: Call): boolean =>
    call.name === name;

function chained(intercepts: readonly Intercept[]): Intercept {
  return (call, proceed) =>
    intercepts.reduceRight<() => Promise<unknown>>(
      (inner, intercept) => () => intercept(call, inner),
      proceed,
    )();
}

function wrapped<Gateway extends object>(
  gateway: string,
  target: Gateway,
  intercept: Intercept,
): Gateway {
  return new Proxy(target, {
    get(_, method) {
      const member: unknown = Reflect.get(target, method);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        const name = nameOf(gateway, String(method), args);
        const call = { gateway, method: String(method), args, name };
        return intercept(call, async (): Promise<unknown> => Reflect.apply(member, target, args));
      };
    },
  });
}

function nameOf(gateway: string, method: string, [first, second]: readonly unknown[]): string {
  const name = `${gateway}.${method}`;
  if (gateway === 'hosts' && method === 'run') return `${name} ${String(second)}`;
  const kind = [second, first].find((arg) => typeof arg === 'object' && arg !== null);
  const word: unknown = kind === undefined ? undefined : Reflect.get(kind, 'kind');
  return typeof word === 'string' ? `${name} ${word}` : name;
}
