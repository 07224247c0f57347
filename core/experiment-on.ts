import { tlsTwins, usualPorts } from './aerospike.ts';
import type { PortName } from './aerospike.ts';
import type { Experiment, GivenPortNumbers } from './experiment.ts';
import { partsOf } from './experiment-parts.ts';
import { destinationsOf, nodesOf } from './inventory.ts';
import type { Instance, Inventory } from './inventory.ts';
import { portNamesOf } from './plan/plan-request.ts';
import { Refusal } from './refusal.ts';
import { nodeSurveyOf } from './surveyed.ts';

/**
 * The experiment as it is meant on this cluster: where it leaves the port numbers to the nodes, with what
 * they said. Of any other experiment, and of one already so, itself.
 *
 * A listener that only speaks TLS stands for the plain one of its name. Nobody is asked for `admin` but by a
 * fault that cuts it.
 *
 * @throws Refusal where a node did not answer, nodes disagree, or a listener that matters is not there.
 */
export function experimentOn(experiment: Experiment, inventory: Inventory): Experiment {
  if (experiment.portNumbers !== 'node') return experiment;
  const said = askedNodes(experiment, inventory).map((node) => ({
    node,
    numbers: numbersSaid(node, inventory),
  }));
  for (const name of Object.keys(usualNames)) refuseDisagreement(name, said);
  const numbers = said[0]?.numbers ?? {};
  const portNumbers = withTwins(numbers);
  refuseMissing(portNumbers, experiment);
  refuseTwice(portNumbers, inventory);
  return { ...experiment, portNumbers };
}

type Numbers = Readonly<Record<string, number>>;

interface Said {
  readonly node: Instance;
  readonly numbers: Numbers;
}

const usualNames = {
  ...usualPorts,
  tlsService: 0,
  tlsFabric: 0,
  tlsHeartbeat: 0,
} as const satisfies Record<keyof GivenPortNumbers, number>;

/** All of the cluster's, and of where it ships to those that answered, where their listeners are cut. */
function askedNodes(experiment: Experiment, inventory: Inventory): Instance[] {
  const ships = partsOf(experiment).some(({ experiment: { fault } }) => fault.kind === 'xdr-cut');
  const there = destinationsOf(inventory).filter(
    ({ id }) => nodeSurveyOf(id, inventory) !== undefined,
  );
  return [...nodesOf(inventory), ...(ships ? there : [])];
}

function numbersSaid({ id, name }: Instance, inventory: Inventory): Numbers {
  const ports = nodeSurveyOf(id, inventory)?.ports;
  if (ports !== undefined) return ports;
  throw new Refusal(
    `Cannot read port numbers from ${name} as its node must answer: found no answer; give portNumbers`,
  );
}

function refuseDisagreement(name: string, said: readonly Said[]): void {
  const byNumber = Map.groupBy(said, ({ numbers }) => numbers[name] ?? 0);
  if (byNumber.size < 2) return;
  const words = [...byNumber].map(
    ([number, [first]]) => `${number === 0 ? 'none' : number} at ${first?.node.name ?? ''}`,
  );
  throw new Refusal(
    `Cannot read the port number of ${name} as all nodes must have the same: found ${words.join(', ')}`,
  );
}

function withTwins(numbers: Numbers): GivenPortNumbers {
  const found: Record<string, number> = {};
  for (const name of Object.keys(usualNames)) {
    const number = numbers[name];
    if (number !== undefined) found[name] = number;
  }
  for (const [name, twin] of Object.entries(tlsTwins)) {
    const alone = found[name] === undefined ? found[twin] : undefined;
    if (alone === undefined) continue;
    found[name] = alone;
    delete found[twin];
  }
  return found;
}

function refuseMissing(numbers: GivenPortNumbers, experiment: Experiment): void {
  const always: readonly PortName[] = ['service', 'fabric', 'heartbeat'];
  const cut = partsOf(experiment).flatMap((part) => portNamesOf(part.experiment));
  const missing = [...always, ...cut].find((name) => numbers[name] === undefined);
  if (missing === undefined) return;
  throw new Refusal(
    `Cannot read the port number of ${missing} as every node must listen on it: found none that does`,
  );
}

function refuseTwice(numbers: GivenPortNumbers, { cluster }: Inventory): void {
  const byNumber = [...Map.groupBy(Object.entries(numbers), ([, number]) => number)];
  const twice = byNumber.find(([, alike]) => alike.length > 1);
  if (twice === undefined) return;
  const names = twice[1].map(([name]) => name).join(' and ');
  throw new Refusal(
    `Cannot tell the listeners of "${cluster}" apart as no two port numbers must be the same: found ${twice[0]} for ${names}`,
  );
}
