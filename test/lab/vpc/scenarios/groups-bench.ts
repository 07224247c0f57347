import type { Rule } from '../../../../lab/cloud/ec2/model.ts';
import { Ec2State } from '../../../../lab/cloud/ec2/state.ts';
import { ruleset } from '../../../../lab/vpc/enforcement.ts';
import { defaultGroups } from '../../../../lab/vpc/plain-groups.ts';
import { createNetwork } from '../../../../lab/vpc/network.ts';
import { buildWorld } from '../../../../lab/vpc/world.ts';
import { connect, serveEcho } from './traffic.ts';
import type { Flow, Target } from './traffic.ts';

/** A dual-stack world under its default groups, n2 also open to the world on 9000; echo servers run. */

const dualStack = true;
const world = buildWorld({
  cluster: 'orders',
  nodes: 2,
  clients: 2,
  dualStack,
  groups: [
    ...defaultGroups('orders', dualStack),
    {
      name: 'world',
      description: 'open to the world on 9000',
      tags: {},
      members: ['n2'],
      rules: [
        { protocol: 'tcp', ports: [9000, 9000], peer: { cidr4: '0.0.0.0/0' } },
        { protocol: 'tcp', ports: [9000, 9000], peer: { cidr6: '::/0' } },
      ],
    },
  ],
});
const office = {
  id: 'pl-0a',
  name: 'c2',
  family: 4,
  maxEntries: 2,
  cidrs: ['10.0.2.102/32'],
} as const;
/** What the endpoint would hold. */
export const state = new Ec2State({ ...world.inventory, prefixLists: [office] });
/** The network under the world's groups. */
export const network = await createNetwork(world.hosts);
/** Put what the state says into the router. */
export const enforce = () => network.enforce(ruleset(state.describe()));
await enforce();

/** Each host's addresses by family. */
export const [n1, n2, c1, c2] = ['n1', 'n2', 'c1', 'c2'].map((name) => {
  const { address, address6 } = world.hosts.find((host) => host.name === name)!;
  return { 4: address, 6: address6! };
});

/** The rule that lets clients into nodes, 3000 to 3003. */
export const clientRule = [...state.rules.values()].find(
  ({ description }) => description === 'clients',
)!;
for (const port of [22, 3000, 3001, 3002, 3003]) await serveEcho(network, 'n1', port);
await serveEcho(network, 'n2', 9000);
await serveEcho(network, 'c2', 3000);

/** The id of a group of the world. */
export function groupNamed(name: string): string {
  return [...state.groups.values()].find((group) => group.name === name)!.id;
}

/** Look while the rules that match are gone. */
export async function without<Seen>(match: (rule: Rule) => boolean, look: () => Promise<Seen>) {
  const taken = [...state.rules.values()].filter(match);
  if (taken.length === 0) throw new Error('Cannot take a rule away as it must exist');
  for (const { id } of taken) state.rules.delete(id);
  await enforce();
  const seen = await look();
  for (const rule of taken) state.rules.set(rule.id, rule);
  await enforce();
  return seen;
}

/** Look while one more rule is there. */
export async function withRule<Seen>(rule: Omit<Rule, 'id' | 'tags'>, look: () => Promise<Seen>) {
  const id = state.nextRuleId();
  state.rules.set(id, { ...rule, id, tags: {} });
  await enforce();
  const seen = await look();
  state.rules.delete(id);
  await enforce();
  return seen;
}

type Attempt = readonly [from: string, address: string, port: number];

/** What becomes of several new connections at once, by the name given to each. */
export async function connectAll(
  attempts: Readonly<Record<string, Attempt>>,
): Promise<Record<string, string>> {
  const found = Object.entries(attempts).map(async ([name, [from, address, port]]) => {
    return [name, await connect(network, from, { address, port })] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}

/** Whether an established flow and a new connection of c1 get through, asked at the same time. */
export async function both(flow: Flow, to: Target, patienceMs?: number) {
  const looks = [flow.echoes(patienceMs), connect(network, 'c1', to)] as const;
  const [established, fresh] = await Promise.all(looks);
  return { established, fresh };
}
