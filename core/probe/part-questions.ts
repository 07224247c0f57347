/**
 * What is asked beside connections of the cut and controls: what the hosts' own rules counted, how a held
 * service answers, what a node still ships, and dials that are made to be counted.
 */
import { portNumbersOf } from '../experiment.ts';
import { infoPortOf } from '../info-port.ts';
import { clientsOf, nodesOf } from '../inventory.ts';
import type { Instance, Inventory } from '../inventory.ts';
import type { PlanPart } from '../plan/plan.ts';
import type { ConnectionQuestion, Question, Subject } from '../probe.ts';
import { isHostStep } from '../step.ts';
import type { HostCut, HostReroute, HostStep, PauseXdr } from '../step.ts';
import { isSix } from './dial.ts';
import { stepsOfPart } from './touched.ts';
import { partsOf } from './windows.ts';

/** Dials made to be counted, from one host in one look. */
const countedDialsMax = 8;

/** What the rules of this run counted, on each host that has some. */
export function hitsQuestions({ plan }: Pick<Subject, 'plan'>): Question[] {
  const hosts = new Set(filterSteps(plan).map(({ instanceId }) => instanceId));
  return [...hosts].map((from) => ({ from, item: 'hits', purpose: 'hits' }));
}

function filterSteps(plan: Subject['plan']): (HostCut | HostReroute)[] {
  return plan.steps.filter(
    (step): step is HostCut | HostReroute =>
      step.kind === 'host-cut' || step.kind === 'host-reroute',
  );
}

/**
 * New connections that a rule turns, or counts to stop a share of them. They pass the rules as the node's
 * own would, which may stand for hours; only what a host dials is made so.
 */
export function countedDials(subject: Subject): ConnectionQuestion[] {
  return partsOf(subject.plan)
    .flatMap((part) => stepsOfPart(subject.plan, part))
    .flatMap((step) => (isCounted(step) ? dialsTo(step, subject.inventory) : []));
}

function isCounted(step: HostStep): step is HostCut | HostReroute {
  if (step.kind === 'host-reroute') return true;
  return (
    step.kind === 'host-cut' && step.direction === 'both' && step.intensity?.per === 'connection'
  );
}

function dialsTo(
  { instanceId: from, peers, ports }: HostCut | HostReroute,
  { instances }: Inventory,
): ConnectionQuestion[] {
  const all = peers
    .filter((address) => !isSix(address))
    .flatMap((address) => ports.map((port) => ({ address, port })));
  return Array.from({ length: all.length === 0 ? 0 : countedDialsMax }, (_, turn) => {
    const { address = '', port = 0 } = all[turn % all.length] ?? {};
    const to = instances.find(({ addresses }) => addresses.includes(address))?.id ?? address;
    const item = `new/${address}/${port}`;
    return { from, item, purpose: 'counted', to, port, needed: false };
  });
}

/** How a held service looks from a machine that goes on: its connections. */
export function serviceDials(subject: Subject): ConnectionQuestion[] {
  const { service: port } = portNumbersOf(subject.experiment);
  return heldBy(subject).map(({ from, target }) => ({
    from,
    item: `new/${target.address}/${port}`,
    purpose: 'service',
    to: target.id,
    port,
    needed: true,
  }));
}

/** And what it says of itself, if it says anything. */
export function serviceViews(subject: Subject): ConnectionQuestion[] {
  const size = nodesOf(subject.inventory).length;
  const port = infoPortOf(subject.experiment);
  return serviceDials(subject).map((dial) => ({
    ...dial,
    item: `${dial.item.replace(/^new/, 'view').replace(/\d+$/, String(port))}/${size}`,
  }));
}

/**
 * Who asks whom: each held machine is asked by a node that is not held, or else by a client; clients are
 * never given what access needs.
 */
function heldBy({ experiment, inventory, plan }: Subject): { from: string; target: Instance }[] {
  const parts = partsOf(plan).filter(({ kind }) => kind === 'service');
  const targets = new Set(parts.flatMap((part: PlanPart) => part.targets));
  const clients = experiment.access === undefined ? clientsOf(inventory) : [];
  const askers = [...nodesOf(inventory), ...clients].filter(({ id }) => !targets.has(id));
  const held = inventory.instances.filter(({ id }) => targets.has(id));
  return held.flatMap((target, place) => {
    const asker = askers[place % Math.max(1, askers.length)];
    return asker === undefined ? [] : [{ from: asker.id, target }];
  });
}

/** A question about shipping, with what the part does to it. */
export interface XdrQuestion extends Question {
  readonly step: PauseXdr;
}

/** What each node still ships to the destination that is paused. */
export function xdrQuestions({ plan }: Pick<Subject, 'plan'>): XdrQuestion[] {
  return plan.steps.filter(isHostStep).flatMap((step) =>
    step.kind === 'pause-xdr'
      ? [
          {
            from: step.instanceId,
            item: `xdr/${step.address}/${step.port}/${step.dc}`,
            purpose: 'xdr' as const,
            step,
          },
        ]
      : [],
  );
}

/** Characters that the answers to these may take of one machine's line, at most. */
export function charactersOfParts(subject: Subject): (instanceId: string) => number {
  const questions: readonly Question[] = [
    ...hitsQuestions(subject),
    ...countedDials(subject),
    ...serviceDials(subject),
    ...serviceViews(subject),
    ...xdrQuestions(subject),
  ];
  const room = new Map<string, number>();
  for (const question of questions) {
    room.set(question.from, (room.get(question.from) ?? 0) + charactersOf(question, subject));
  }
  return (instanceId) => room.get(instanceId) ?? 0;
}

/** The longest answer there is, with what stands around it. */
function charactersOf({ item, purpose }: Question, { plan }: Subject): number {
  if (purpose === 'hits') return 40 + 60 * partsOf(plan).length;
  if (purpose === 'xdr') return 500;
  return item.length + (item.startsWith('view') ? 420 : 55);
}
