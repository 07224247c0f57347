import type { Connection, Cut } from '../cut.ts';
import { portNumbersOf } from '../experiment.ts';
import { isTlsAlone } from '../info-port.ts';
import { clientsOf, destinationsOf, nodesOf } from '../inventory.ts';
import type { Instance, Inventory } from '../inventory.ts';
import type { PlanPart } from '../plan/plan.ts';
import type { Subject } from '../probe.ts';
import { admission } from './admission.ts';
import { bystandersOf } from './bystanders.ts';
import { isSix } from './dial.ts';
import type { Lane, Party } from './dial.ts';
import { cutPartsOf, linksOf, touchedBy } from './touched.ts';
import type { Links } from './touched.ts';

/**
 * What the cuts must stop: a lane for each machine that dials and each cut it is in. Where a machine loses
 * one link, it is dialled on that link's address; which way it dials itself is up to its routes, and what
 * addresses a device has nobody told.
 */
export function cutLanes({ inventory, plan }: Subject): Lane[] {
  const parties = partiesOf(inventory);
  return cutPartsOf(plan).flatMap((part) => {
    const onLink = new Map([...parties].flatMap(onLinks(linksOf(plan, part))));
    return part.cuts.flatMap((cut, turn) =>
      lanesOf(cut, {
        parties: onLink,
        sources: withoutLinks(parties, part, plan),
        ports: () => cut.ports,
        needed: true,
        turn,
      }),
    );
  });
}

/** A machine at the address of the link that it loses; one that loses a device, nowhere. */
const onLinks =
  (links: Links) =>
  ([id, party]: readonly [string, Party]): [string, Party][] => {
    const link = links.get(id);
    if (link === undefined) return [[id, party]];
    return 'address' in link ? [[id, { id, addresses: [link.address] }]] : [];
  };

function withoutLinks(
  parties: ReadonlyMap<string, Party>,
  part: PlanPart,
  plan: Subject['plan'],
): ReadonlyMap<string, Party> {
  const links = linksOf(plan, part);
  return new Map([...parties].filter(([id]) => !links.has(id)));
}

/** The other addresses of machines that lose one link: there the same ports must go on. */
function otherLinkLanes({ inventory, plan }: Subject): Lane[] {
  const parties = partiesOf(inventory);
  return cutPartsOf(plan).flatMap((part) => {
    const links = linksOf(plan, part);
    const others = new Map(
      [...links].flatMap(([id, link]) =>
        'address' in link ? [[id, otherLinksOf(id, link.address, inventory)] as const] : [],
      ),
    );
    return part.cuts.flatMap((cut, turn) =>
      lanesOf(cut, {
        parties: others,
        sources: withoutLinks(parties, part, plan),
        ports: () => cut.ports,
        turn,
      }),
    );
  });
}

function otherLinksOf(id: string, lost: string, inventory: Inventory): Party {
  const own = inventory.instances.find((instance) => instance.id === id)?.addresses ?? [];
  const known = inventory.surveys?.find(({ instanceId }) => instanceId === id)?.node;
  const all = new Set([...own, ...(known?.fabricAddresses ?? [])]);
  return { id, addresses: [...all].filter((address) => address !== lost && !isSix(address)) };
}

/**
 * Connections to hold open: those of the cut on the service port, and, to live through it, those of
 * clients and XDR that are not cut.
 */
export function canaryLanes(subject: Subject): Lane[] {
  const { experiment, inventory, plan } = subject;
  const { service } = portNumbersOf(experiment);
  // A canary speaks plainly, and a listener of TLS would close it at once.
  if (isTlsAlone(experiment)) return [];
  const parties = partiesOf(inventory);
  const cut = cutPartsOf(plan)
    .filter((part) => linksOf(plan, part).size === 0)
    .flatMap(({ cuts }) => cuts)
    .filter(({ ports }) => ports.includes(service))
    .flatMap((one, turn) => lanesOf(one, { parties, ports: () => [service], needed: true, turn }));
  return [...cut, ...uncutServiceLanes(subject)];
}

/** What must go on, in the order of what it tells: the same pairs, the same ports, and everyone else. */
export function controlLanes(subject: Subject): Lane[] {
  const { experiment, inventory, plan } = subject;
  const isTouched = touchedBy(plan);
  const numbers = portNumbersOf(experiment);
  const cutPorts = [...new Set(plan.cuts.flatMap(({ ports }) => ports))];
  const nodes = nodesOf(inventory);
  const between = (ports: readonly number[]): Lane[] =>
    crossing({ from: nodes, to: nodes }, ports, (connection) => !isTouched(connection));
  return [
    ...otherLinkLanes(subject),
    ...between(uncutPort(subject, cutPorts)),
    ...between(cutPorts),
    ...uncutServiceLanes(subject),
    ...otherPortLanes(subject, Object.values(numbers)),
    ...bystanderLanes(subject, [...new Set([...cutPorts, ...Object.values(numbers)])]),
  ];
}

/** A port on which every node listens and that no cut has anything to do with, if there is one. */
function uncutPort({ experiment }: Subject, cutPorts: readonly number[]): number[] {
  const { service, fabric, heartbeat } = portNumbersOf(experiment);
  const among =
    experiment.fault.kind === 'partition' ? [service, fabric, heartbeat] : [fabric, heartbeat];
  return among.filter((port) => !cutPorts.includes(port)).slice(0, 1);
}

/** Clients of nodes, and nodes of the destinations they ship to, as far as they are not cut. */
function uncutServiceLanes({ experiment, inventory, plan }: Subject): Lane[] {
  const isTouched = touchedBy(plan);
  const uncut = (connection: Connection): boolean => !isTouched(connection);
  const { service } = portNumbersOf(experiment);
  const nodes = nodesOf(inventory);
  return [
    ...crossing({ from: clientsOf(inventory), to: nodes }, [service], uncut),
    ...crossing({ from: nodes, to: destinationsOf(inventory) }, [service], uncut),
  ];
}

/** Cut pairs of other machines than nodes on whatever other port their rules let through. */
function otherPortLanes(subject: Subject, ports: readonly number[]): Lane[] {
  const { inventory, plan } = subject;
  const isTouched = touchedBy(plan);
  const isNode = new Set(nodesOf(inventory).map(({ id }) => id));
  const parties = partiesOf(inventory);
  const admits = admission(inventory);
  return plan.cuts
    .filter(({ from, to }) => ![...from, ...to].every((id) => isNode.has(id)))
    .flatMap((cut) =>
      lanesOf(cut, {
        parties,
        triesMax,
        ports: (to, from) =>
          ports.filter(
            (port) => !isTouched({ from: from.id, to: to.id, port }) && admits(from, to, port),
          ),
      }),
    );
}

/** How many targets one machine looks up the rules for. */
const triesMax = 12;

/** Nodes of bystanders, on what the rules let through before the fault. */
function bystanderLanes(subject: Subject, ports: readonly number[]): Lane[] {
  const bystanders = bystandersOf(subject);
  const nodes = bystanders.length === 0 ? [] : nodesOf(subject.inventory).map(partyOf);
  const admits = admission(subject.inventory);
  return nodes.map((from, place) => ({
    from,
    targets: bystanders,
    ports: (to) => ports.filter((port) => admits(from, to, port)),
    needed: false,
    place,
    places: nodes.length,
    turn: place,
    triesMax,
  }));
}

/** A lane for each machine that a cut keeps from dialling. */
function lanesOf(
  { from, to }: Pick<Cut, 'from' | 'to'>,
  {
    parties,
    sources: dialling = parties,
    ports,
    needed = false,
    turn = 0,
    triesMax: most = Infinity,
  }: {
    parties: ReadonlyMap<string, Party>;
    sources?: ReadonlyMap<string, Party>;
    ports: (to: Party, from: Party) => readonly number[];
    needed?: boolean;
    turn?: number;
    triesMax?: number;
  },
): Lane[] {
  const sources = from.flatMap((id) => dialling.get(id) ?? []);
  const targets = to.flatMap((id) => parties.get(id) ?? []);
  return sources.map((source, place) => ({
    from: source,
    targets,
    ports: (target) => ports(target, source),
    needed,
    place,
    places: from.length,
    turn: turn + place,
    triesMax: most,
  }));
}

/** A lane for each machine that dials others, on those of the ports that `keep` lets stand. */
function crossing(
  { from, to }: { from: readonly Instance[]; to: readonly Instance[] },
  ports: readonly number[],
  keep: (connection: Connection) => boolean,
): Lane[] {
  const targets = ports.length === 0 ? [] : to.map(partyOf);
  return from.map((source, place) => ({
    from: partyOf(source),
    targets,
    ports: ({ id }) => ports.filter((port) => keep({ from: source.id, to: id, port })),
    needed: false,
    place,
    places: from.length,
    turn: place,
    triesMax: Infinity,
  }));
}

const partiesOf = ({ instances }: Inventory): Map<string, Party> =>
  new Map(instances.map((instance) => [instance.id, partyOf(instance)]));

/** An instance at its primary address and at the first of IPv6. */
function partyOf({ id, address, addresses }: Instance): Party {
  return { id, addresses: [address, ...addresses.filter(isSix).slice(0, 1)] };
}
