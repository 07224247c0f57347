/** A plan on one screen: what is cut, what is kept, each step, what to expect, the ways out, what it costs. */
import { establishedOf, portNumbersOf } from '../../core/experiment.ts';
import type { Experiment } from '../../core/experiment.ts';
import { nodesOf } from '../../core/inventory.ts';
import type { Inventory } from '../../core/inventory.ts';
import { expectedCents } from '../../core/plan/expected-cost.ts';
import { someNames } from '../../core/plan/hosts/words.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { printable } from '../../core/printable.ts';
import { isHostStep } from '../../core/step.ts';
import { usualTiming } from '../../core/timing.ts';

/** What is shown of a plan. */
export interface Shown {
  readonly experiment: Experiment;
  readonly inventory: Inventory;
  readonly plan: Plan;
  readonly digest: string;
}

/** Steps, and cuts, that are told one by one; the others are counted. */
const most = { cuts: 3, steps: 6, warnings: 3 };

/** The first lines: what was asked, of whom. */
export function headLines({ experiment, inventory }: Shown): string[] {
  const { name, cluster, fault, mechanism, packets, holdSeconds } = experiment;
  const topology = fault.kind === 'partition' ? `, ${fault.topology.kind}` : '';
  const how = ['iptables', 'nft', 'route'].includes(mechanism) ? ` ${packets}` : '';
  const nodes = nodesOf(inventory).length;
  const standing = establishedOf(experiment) === 'sever' ? 'severed' : 'left';
  return [
    `${name}  on ${cluster}: ${nodes} nodes, ${inventory.instances.length} machines in all`,
    `${fault.kind}${topology}; ${mechanism}${how}; connections that stand are ${standing}; ${holdSeconds} s`,
  ].map(printable);
}

/** What would change, in short. */
export function changeLines(shown: Shown): string[] {
  const { steps, warnings } = shown.plan;
  return [
    ...cutLines(shown),
    ...row('keep', keptOf(shown)),
    '',
    ...some(
      steps.map(({ says }) => `  ~ ${says}`),
      most.steps,
      'step',
    ),
    ...some(
      warnings.map((warning) => `  ! ${warning}`),
      most.warnings,
      'warning',
    ),
  ].map(printable);
}

/** What comes of it, how it ends, and what it costs. */
export const comingLines = (shown: Shown): string[] =>
  [
    ...row('expect', expected(shown)),
    ...row('ways out', waysOut(shown)),
    ...row('costs', costs(shown)),
  ].map(printable);

/** The last line: how much of what, under which digest. */
export function summaryLine({ plan, inventory, digest }: Shown): string {
  const { steps, targets, hosts } = plan;
  const where = hosts.length > 0 ? ` on ${counted(hosts.length, 'host')}` : '';
  return `Plan ${digest}: ${counted(steps.length, 'step')}${where}, ${targets.length} of ${inventory.instances.length} machines cut off, exact. Nothing was changed.`;
}

/** How many flows a plan stops: from each to each, port by port. */
export const flowsIn = ({ cuts }: Plan): number =>
  cuts.reduce((all, { from, to, ports }) => all + from.length * to.length * ports.length, 0);

function cutLines({ plan, inventory }: Shown): string[] {
  const names = new Map(inventory.instances.map(({ id, name }) => [id, name]));
  const named = (ids: readonly string[]): string => someNames(ids.map((id) => names.get(id) ?? id));
  const both = plan.cuts.filter(
    ({ from, to, ports }, at) =>
      !plan.cuts
        .slice(0, at)
        .some(
          (one) =>
            one.from.join() === to.join() &&
            one.to.join() === from.join() &&
            one.ports.join() === ports.join(),
        ),
  );
  const lines = both.map(({ from, to, ports }) => {
    const isBoth = plan.cuts.some(
      (one) => one.from.join() === to.join() && one.to.join() === from.join(),
    );
    return `${named(from)} ${isBoth ? '<->' : '->'} ${named(to)}  tcp ${ports.join(', ')}`;
  });
  const [first = 'nobody from anybody', ...others] = lines;
  const flows = counted(flowsIn(plan), 'flow');
  return [
    ...row('cut', `${first}  (${flows} in all)`),
    ...some(
      others.map((line) => `            ${line}`),
      most.cuts - 1,
      'cut',
    ),
  ];
}

function keptOf({ experiment, inventory, plan }: Shown): string {
  const service = experiment.portNumbers === 'node' ? undefined : portNumbersOf(experiment).service;
  const cut = new Set(plan.cuts.flatMap(({ ports }) => ports));
  const clients =
    service === undefined || cut.has(service)
      ? []
      : [`clients to all ${nodesOf(inventory).length} nodes (${service})`];
  return [...clients, 'ports below 1024 (SSH, HTTPS, and with it SSM)', 'all bystanders'].join(
    ', ',
  );
}

function expected({ experiment, plan: { prediction, seed } }: Shown): string {
  const sizes = prediction.clusterSizes.toSorted((one, other) => other - one);
  const isSplit = sizes.length > 1;
  return [
    isSplit ? `cluster sizes ${sizes.join(' | ')}` : 'the cluster stays whole',
    connections[prediction.connections],
    ...(isSplit ? ['in AP mode what a smaller side takes is LOST'] : []),
    ...(seed === undefined ? [] : [chance(experiment, seed)]),
  ].join('; ');
}

const connections: Readonly<Record<Plan['prediction']['connections'], string>> = {
  full: 'connections that stand fall, too',
  'new connections only': 'new connections only are stopped',
  'partly established': 'some connections that stand fall, too',
};

/** A run that is given no seed makes its own, of an id that nobody knows yet. */
const chance = (experiment: Experiment, seed: number): string =>
  experiment.seed === undefined
    ? `each run chooses anew; with "seed": ${seed}, or --plan, as here`
    : `chosen with seed ${seed}`;

/** A deployment may have been given spans of its own, which nothing that a plan reads tells. */
const byTiming = 'by the usual timing';

function waysOut({ experiment: { holdSeconds }, plan: { steps } }: Shown): string {
  const timer = steps.some(isHostStep) ? [`host timer at ${holdSeconds} s`] : [];
  const schedule = `schedule at ${holdSeconds + usualTiming.graceSeconds} s ${byTiming}`;
  return [...timer, `workflow at ${holdSeconds} s`, schedule, 'sweeper', 'aerofault abort'].join(
    ', ',
  );
}

function costs({ experiment, plan: { calls } }: Shown): string {
  const cents = expectedCents(experiment, usualTiming);
  return `${calls.inject} + ${calls.restore} calls that change EC2 to inject and restore; at most ${(cents / 100).toFixed(2)} USD ${byTiming}`;
}

const row = (name: string, text: string): string[] => [`  ${name.padEnd(10)}${text}`];

function some(lines: readonly string[], count: number, noun: string): string[] {
  if (lines.length <= count) return [...lines];
  const more = counted(lines.length - count + 1, `more ${noun}`);
  return [...lines.slice(0, count - 1), `    … and ${more}: --explain tells all`];
}

const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`;
