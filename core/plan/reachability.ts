import { contains, parseBlock } from '../address.ts';
import type { Cut } from '../cut.ts';
import type { Interface, Inventory, Rule, RuleSpec, SecurityGroup } from '../inventory.ts';
import { Refusal } from '../refusal.ts';
import type { Step } from '../step.ts';
import type { Hole } from './subtraction.ts';

/** One connection between two interfaces of the inventory. */
export interface Flow {
  readonly from: Interface;
  readonly address: string;
  readonly to: Interface;
  readonly port: number;
}

/** Whether the ingress rules of the accepting interface's groups admit a TCP flow. */
export function admits(
  groups: readonly SecurityGroup[],
  { from, address, to, port }: Flow,
): boolean {
  return groups
    .filter(({ id }) => to.groupIds.includes(id))
    .flatMap(({ rules }) => rules)
    .some(
      ({ direction, spec }) => direction === 'ingress' && allows(spec, { from, address, port }),
    );
}

/** The groups as they stand once `steps` are applied. */
export function after(groups: readonly SecurityGroup[], steps: readonly Step[]): SecurityGroup[] {
  return groups.map((group) => ({
    ...group,
    rules: [...group.rules.map((rule) => edited(rule, steps)), ...added(group, steps)],
  }));
}

/**
 * Proves on the inventory that the steps stop the cut and nothing else.
 *
 * Only ports at the edges of a rule's range can differ from their neighbours, so those are tried.
 *
 * @throws Refusal that names the first flow left open, or harmed, or opened.
 */
export function refuseInexact(proof: {
  readonly inventory: Inventory;
  readonly steps: readonly Step[];
  readonly cuts: readonly Cut[];
  readonly hole: Hole;
}): void {
  const { inventory, steps, cuts } = proof;
  const now = after(inventory.groups, steps);
  for (const flow of flowsOf(proof)) {
    const wanted = admits(inventory.groups, flow) && !cuts.some((cut) => stops(cut, flow));
    if (admits(now, flow) === wanted) continue;
    throw new Refusal(
      `Cannot prove the plan exact as port ${flow.port} from ${flow.address} to ${flow.to.id} must stay ${wanted ? 'open' : 'closed'}: found it would be ${wanted ? 'closed' : 'open'}`,
    );
  }
}

function flowsOf(proof: Parameters<typeof refuseInexact>[0]): Flow[] {
  const { interfaces, groups } = proof.inventory;
  const targets = new Set(proof.cuts.flatMap(({ to }) => to));
  const touched = new Set(proof.steps.flatMap((step) => ('groupId' in step ? [step.groupId] : [])));
  const ports = portsToTry(
    groups.filter(({ id }) => touched.has(id)),
    proof.hole.ports,
  );
  return interfaces
    .filter(
      ({ groupIds, instanceId }) =>
        groupIds.some((id) => touched.has(id)) || targets.has(instanceId ?? ''),
    )
    .flatMap((to) =>
      interfaces.flatMap((from) =>
        from.addresses.flatMap((address) => ports.map((port) => ({ from, address, to, port }))),
      ),
    );
}

/** Port 0 is left out: parked rules wait there, and nothing can be reached. */
function portsToTry(groups: readonly SecurityGroup[], cut: readonly number[]): number[] {
  const edges = groups
    .flatMap(({ rules }) => rules)
    .flatMap(({ spec: { fromPort = 0, toPort = 65_535 } }) => [fromPort, toPort]);
  const around = [...edges, ...cut].flatMap((port) => [port - 1, port, port + 1]);
  return [...new Set([22, 443, ...around])].filter((port) => port > 0 && port <= 65_535);
}

function stops({ from, to, ports }: Cut, flow: Flow): boolean {
  return (
    ports.includes(flow.port) &&
    from.includes(flow.from.instanceId ?? '') &&
    to.includes(flow.to.instanceId ?? '')
  );
}

function edited(rule: Rule, steps: readonly Step[]): Rule {
  const edit = steps
    .flatMap((step) => (step.kind === 'edit-rules' ? step.edits : []))
    .find(({ ruleId }) => ruleId === rule.id);
  return edit === undefined ? rule : { ...rule, spec: edit.during };
}

function added({ id }: SecurityGroup, steps: readonly Step[]): Rule[] {
  return steps
    .flatMap((step) => (step.kind === 'add-rules' && step.groupId === id ? step.rules : []))
    .map((spec) => ({ id: 'new', groupId: id, direction: 'ingress', spec, tags: {} }));
}

function allows(
  { protocol, fromPort = 0, toPort = 65_535, peer }: RuleSpec,
  { from, address, port }: Pick<Flow, 'from' | 'address' | 'port'>,
): boolean {
  const tcp = protocol === 'tcp' || protocol === '6';
  if (protocol !== '-1' && !(tcp && fromPort <= port && port <= toPort)) return false;
  switch (peer.kind) {
    case 'ipv4':
    case 'ipv6':
      return inCidr(peer.cidr, address);
    case 'group':
      return from.groupIds.includes(peer.groupId);
    case 'prefix-list':
      return false;
  }
}

function inCidr(cidr: string, address: string): boolean {
  const outer = parseBlock(cidr);
  const inner = parseBlock(address);
  return outer !== undefined && inner !== undefined && contains(outer, inner);
}
