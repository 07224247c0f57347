import type { OneFault } from '../../fault.ts';
import { nodesOf } from '../../inventory.ts';
import type { PlanPart } from '../plan.ts';
import { intensityOf } from './host-step.ts';
import { sizesOf } from './membership.ts';
import type { Stopping } from './membership.ts';
import { shareWords, someNames, timeWords } from './words.ts';

/** What the plan tells of one of its faults: what it stops, when, how much of it, and what to expect. */
export function planPart(stopping: Stopping): PlanPart {
  const { request, fault } = stopping;
  const { experiment, part, window } = request;
  const intensity = intensityOf(experiment);
  return {
    part,
    kind: partKinds[experiment.fault.kind],
    cuts: [...fault.cuts],
    targets: [...fault.targets],
    window,
    ...(experiment.flapping !== undefined && { flapping: experiment.flapping }),
    ...(intensity !== undefined && { intensity }),
    clusterSizes: sizesOf(stopping),
    says: `${what(stopping)}${timeWords(window, experiment)}`,
  };
}

const partKinds = {
  partition: 'cut',
  'client-cut': 'cut',
  'xdr-cut': 'cut',
  'link-down': 'cut',
  reroute: 'reroute',
  'xdr-pause': 'xdr-pause',
  'service-stop': 'service',
  'service-freeze': 'service',
} as const satisfies Record<OneFault['kind'], PlanPart['kind']>;

function what({ request, fault }: Stopping): string {
  const { experiment, inventory, ports } = request;
  const names = new Map(inventory.instances.map(({ id, name }) => [id, name]));
  const targets = someNames(fault.targets.map((id) => names.get(id) ?? id));
  const asked = experiment.fault;
  const on = ports.length === 0 ? '' : ` on ${ports.join(', ')}`;
  switch (asked.kind) {
    case 'reroute':
      return `${asked.kind}: ${turned(experiment)} to ${targets}${on}, now to ${asked.to}`;
    case 'xdr-pause':
      return `${asked.kind}: ${asked.namespaces.join(', ')} to ${asked.dc}, on ${counted(nodesOf(inventory).length)}`;
    case 'service-stop':
    case 'service-freeze':
      return `${asked.kind}: ${targets}`;
    case 'partition':
    case 'client-cut':
    case 'xdr-cut':
    case 'link-down':
      return `${asked.kind}: ${share(experiment)}${targets}${on}, ${experiment.packets}`;
  }
}

function share(experiment: Stopping['request']['experiment']): string {
  const intensity = intensityOf(experiment);
  return intensity === undefined ? '' : `${shareWords(intensity)} of `;
}

function turned(experiment: Stopping['request']['experiment']): string {
  const intensity = intensityOf(experiment);
  return intensity === undefined ? 'new connections' : shareWords(intensity);
}

const counted = (count: number): string => `${count} ${count === 1 ? 'node' : 'nodes'}`;
