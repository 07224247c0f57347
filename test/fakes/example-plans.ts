/**
 * Plans written by hand, a kind of step or more each, for clusters of example-cluster.ts: what the engine
 * does with a step must not hang on what some planner makes of it.
 */
import type { AclEntry, RuleSpec } from '../../core/inventory.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { temporaryId } from '../../core/step.ts';
import type { AddRules, EndPulse, MakeGroup, Step, SwapAcl } from '../../core/step.ts';
import { clientRule, nodeGroup, selfRule, usualAcl } from './example-cluster.ts';

const [first, second, third] = ['i-node-1', 'i-node-2', 'i-node-3'];
const client = 'i-client-1';
const cutPorts = [3001, 3002];
const says = 'as written by hand';

const markOf = (runId: string): string => `aerofault:${runId}`;
const nameOf = (runId: string): string => `aerofault-${runId}-1`;
const groupOf = (runId: string): string => temporaryId(nameOf(runId));

function tcp(port: number, peer: RuleSpec['peer'], description?: string): RuleSpec {
  const spec = { protocol: 'tcp', fromPort: port, toPort: port, peer };
  return description === undefined ? spec : { ...spec, description };
}

const ofGroup = (groupId: string): RuleSpec['peer'] => ({ kind: 'group', groupId });
const clientPeer: RuleSpec['peer'] = { kind: 'ipv4', cidr: '10.0.2.11/32' };

function planOf(runId: string, planned: Plan, steps: Step[], changes: Partial<Plan>): Plan {
  return { ...planned, runId, steps, hosts: [], ...changes };
}

/** Cuts the first node off the others, both ways. */
const isolation = {
  cuts: [
    { from: [first], to: [second, third], ports: cutPorts },
    { from: [second, third], to: [first], ports: cutPorts },
  ],
  targets: [first],
};

const makeGroup = (runId: string): MakeGroup => ({
  id: 'make-group/1',
  phase: 1,
  says,
  kind: 'make-group',
  name: nameOf(runId),
  vpcId: 'vpc-1',
});

function addRules(
  groupId: string,
  direction: AddRules['direction'],
  rules: readonly RuleSpec[],
): AddRules {
  const id = `add-rules/${groupId}/${direction}`;
  return { id, phase: 2, says, kind: 'add-rules', groupId, direction, rules: [...rules] };
}

/**
 * Inside a shared group: the second and third node get a group of their own, and the rule by which all
 * admit each other is narrowed. Established links stand, for groups track them.
 */
export function attachPlan(runId: string, planned: Plan): Plan {
  const mark = markOf(runId);
  const own = groupOf(runId);
  const self = ofGroup(nodeGroup);
  const before: RuleSpec = { ...tcp(3000, self, 'nodes'), toPort: 3003 };
  const steps: Step[] = [
    makeGroup(runId),
    addRules(
      own,
      'ingress',
      cutPorts.map((port) => tcp(port, ofGroup(own), mark)),
    ),
    addRules(nodeGroup, 'ingress', [tcp(3003, self, mark)]),
    ...[2, 3].map((number): Step => ({
      id: `attach-group/${number}`,
      phase: 3,
      says,
      kind: 'attach-group',
      interfaceId: `eni-node-${number}`,
      groupId: own,
    })),
    {
      id: 'edit-rules/1',
      phase: 4,
      says,
      kind: 'edit-rules',
      groupId: nodeGroup,
      edits: [{ ruleId: selfRule, before, during: tcp(3000, self, mark) }],
    },
  ];
  return planOf(runId, planned, steps, {
    ...isolation,
    prediction: { clusterSizes: [3], connections: 'new connections only', falls: [] },
  });
}

/** The first node leaves the shared group, and a pulse ends the links that stand. */
export function movePlan(runId: string, planned: Plan): Plan {
  const mark = markOf(runId);
  const own = groupOf(runId);
  const uncut = [3000, 3003];
  const anywhere: RuleSpec['peer'] = { kind: 'ipv4', cidr: '0.0.0.0/0' };
  const steps: Step[] = [
    makeGroup(runId),
    addRules(own, 'ingress', [
      ...uncut.map((port) => tcp(port, ofGroup(nodeGroup), mark)),
      tcp(3000, clientPeer, mark),
    ]),
    addRules(own, 'egress', [{ protocol: '-1', peer: anywhere, description: mark }]),
    addRules(
      nodeGroup,
      'ingress',
      uncut.map((port) => tcp(port, ofGroup(own), mark)),
    ),
    {
      id: 'attach-group/1',
      phase: 3,
      says,
      kind: 'attach-group',
      interfaceId: 'eni-node-1',
      groupId: own,
    },
    {
      id: 'detach-groups/1',
      phase: 5,
      says,
      kind: 'detach-groups',
      interfaceId: 'eni-node-1',
      groupIds: [nodeGroup],
      witness: own,
    },
    swapAcl(6),
    endPulse,
  ];
  return planOf(runId, planned, steps, {
    ...isolation,
    prediction: { clusterSizes: [1, 2], connections: 'full', falls: isolation.cuts },
  });
}

/** The first node's subnet loses the cut's ports. */
export function aclPlan(runId: string, planned: Plan): Plan {
  return planOf(runId, planned, [swapAcl(1)], {
    ...isolation,
    prediction: { clusterSizes: [1, 2], connections: 'full', falls: isolation.cuts },
  });
}

const swapAcl = (phase: number): SwapAcl => ({
  id: 'swap-acl/subnet-1',
  phase,
  says,
  kind: 'swap-acl',
  subnetId: 'subnet-1',
  vpcId: 'vpc-1',
  originalId: usualAcl,
  entries: (['ingress', 'egress'] as const).flatMap((direction): AclEntry[] => [
    {
      number: 1,
      direction,
      action: 'deny',
      protocol: '6',
      fromPort: 3001,
      toPort: 3002,
      cidr: '10.0.0.0/16',
    },
    { number: 100, direction, action: 'allow', protocol: '-1', cidr: '0.0.0.0/0' },
  ]),
});

const endPulse: EndPulse = {
  id: 'end-pulse',
  phase: 7,
  says,
  kind: 'end-pulse',
  swaps: [{ subnetId: 'subnet-1', originalId: usualAcl }],
  links: [
    { instanceId: first, left: 0 },
    { instanceId: second, left: 1 },
    { instanceId: third, left: 1 },
  ],
  boundSeconds: 5,
};

/** The client's rule is revoked, and a rule on port 0 bears witness to it. */
export function revokePlan(runId: string, planned: Plan): Plan {
  const witness = tcp(0, clientPeer, markOf(runId));
  const before = tcp(3000, clientPeer, 'the application');
  const steps: Step[] = [
    addRules(nodeGroup, 'ingress', [witness]),
    {
      id: 'revoke-rules/1',
      phase: 4,
      says,
      kind: 'revoke-rules',
      groupId: nodeGroup,
      witness,
      rules: [{ ruleId: clientRule, before, tags: { team: 'orders' } }],
    },
  ];
  return planOf(runId, planned, steps, {
    cuts: [{ from: [client], to: [first, second, third], ports: [3000] }],
    targets: [client],
    prediction: { clusterSizes: [3], connections: 'new connections only', falls: [] },
  });
}
