/**
 * What can mislead whoever judges a fault: things that people and machines do around a run, at the worst
 * moment for its verdicts. For rehearsals of the verdicts themselves.
 *
 * {@link setTrap} waits for its moment by itself; `takeBack` puts things back as they were, before the lab
 * compares. A run that never comes to that moment is not trapped.
 */
import { setTimeout as pause } from 'node:timers/promises';
import {
  AuthorizeSecurityGroupIngressCommand,
  EC2Client,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import type { Execution } from './cloud/execution.ts';
import type { Progress } from './progress.ts';
import type { Stage } from './stage.ts';
import { nodesGroup } from './vpc/plain-groups.ts';

/** What is done to the stage, and undone. */
interface Trap {
  readonly says: string;
  /** The state at whose beginning it is set; `Open`: before the run. */
  readonly at: 'Open' | 'Prove' | 'Hold' | 'Restore' | 'ProveClean';
  readonly set: (stage: Stage) => Promise<unknown>;
  readonly takeBack: (stage: Stage) => Promise<unknown>;
}

/** A trap that was laid. */
export interface LaidTrap {
  takeBack(): Promise<void>;
}

const shell =
  (script: string, only?: string) =>
  async ({ hosts, network }: Stage): Promise<void> => {
    const those = hosts.filter(({ name }) => only === undefined || name === only);
    await Promise.all(those.map(({ name }) => network.run(name, ['sh', '-c', script])));
  };

/** Hosts on which a rule of the run stands. */
const whereOurs = 'iptables -S INPUT | grep -q AEROFAULT || exit 0; ';
/** Known from rules that were there before. */
const theirs = '-m comment --comment administrator -j ACCEPT';
const server = `pid=$(ss -Hlntp 'sport = :3000' | sed -n 's/.*pid=\\([0-9]*\\).*/\\1/p' | head -n 1); `;

const admitAll = {
  IpPermissions: [
    { IpProtocol: 'tcp', FromPort: 3000, ToPort: 3000, IpRanges: [{ CidrIp: '10.0.0.0/8' }] },
  ],
};

const groupOf = ({ cloud }: Stage): string =>
  cloud.inventory().groups.find(({ name }) => name === nodesGroup)?.id ?? '';

const withEc2 = async (
  { cloud }: Stage,
  act: (client: EC2Client) => Promise<unknown>,
): Promise<void> => {
  const client = new EC2Client({ ...cloud.ec2 });
  await act(client).finally(() => client.destroy());
};

/** The traps there are, by name. */
export const traps = {
  'accept-first': {
    says: 'an administrator puts an ACCEPT of everything before the rules of the run',
    at: 'Prove',
    set: shell(`${whereOurs}for chain in INPUT OUTPUT; do iptables -I $chain 1 ${theirs}; done`),
    takeBack: shell(`for chain in INPUT OUTPUT; do iptables -D $chain ${theirs}; done; exit 0`),
  },
  'undone-by-person': {
    says: 'an administrator takes the jumps to the rules of the run away',
    at: 'Hold',
    set: shell(
      'for chain in INPUT OUTPUT; do iptables -S $chain | grep AEROFAULT | sed "s/^-A/-D/" | while read -r rule; do iptables $rule; done; done',
    ),
    takeBack: async () => undefined,
  },
  'vantage-cut-off': {
    says: 'the first client loses its network to the cluster',
    at: 'Hold',
    set: shell('iptables -I OUTPUT 1 -p tcp --dport 3000:3003 -j DROP', 'c1'),
    takeBack: shell('iptables -D OUTPUT -p tcp --dport 3000:3003 -j DROP; exit 0', 'c1'),
  },
  'node-down': {
    says: 'the third node was stopped before',
    at: 'Open',
    set: shell(`${server}kill -STOP $pid`, 'n3'),
    takeBack: shell(`${server}kill -CONT $pid`, 'n3'),
  },
  'node-late': {
    says: 'the third node answers five seconds late from now on',
    at: 'Hold',
    set: shell(`${server}kill -USR2 $pid`, 'n3'),
    takeBack: async () => undefined,
  },
  'node-hangs': {
    says: 'the second node hangs when the fault ends',
    at: 'Restore',
    set: shell(`${server}kill -STOP $pid`, 'n2'),
    takeBack: shell(`${server}kill -CONT $pid`, 'n2'),
  },
  'cut-by-person': {
    says: 'a person cuts the nodes anew as soon as the run has restored them',
    at: 'ProveClean',
    set: shell('iptables -I INPUT 1 -p tcp --dport 3001:3002 -j DROP', 'n1'),
    takeBack: shell('iptables -D INPUT -p tcp --dport 3001:3002 -j DROP; exit 0', 'n1'),
  },
  'wrong-password': {
    says: 'the secret holds another password than the cluster knows',
    at: 'Open',
    set: async ({ cloud, security }) => {
      const { secret } = security ?? {};
      const text = JSON.stringify({ username: 'aerofault-probe', password: 'of-last-year' });
      if (secret !== undefined) cloud.services.secrets.put(secret.name, { ...secret.value, text });
    },
    takeBack: async () => undefined,
  },
  'group-opened': {
    says: "a person opens the nodes' group to the whole network",
    at: 'Hold',
    set: (stage) =>
      withEc2(stage, (client) =>
        client.send(
          new AuthorizeSecurityGroupIngressCommand({ GroupId: groupOf(stage), ...admitAll }),
        ),
      ),
    takeBack: (stage) =>
      withEc2(stage, (client) =>
        client.send(
          new RevokeSecurityGroupIngressCommand({ GroupId: groupOf(stage), ...admitAll }),
        ),
      ),
  },
} satisfies Record<string, Trap>;

/** The name of a trap. */
export type TrapName = keyof typeof traps;

/** All their names. */
export const trapNames = [
  'accept-first',
  'undone-by-person',
  'vantage-cut-off',
  'node-down',
  'node-late',
  'node-hangs',
  'cut-by-person',
  'wrong-password',
  'group-opened',
] as const satisfies readonly TrapName[];

/** Lays a trap that is set before the run. */
export async function trapBefore(
  name: TrapName | undefined,
  stage: Stage,
  progress: Progress,
): Promise<void> {
  const trap: Trap | undefined = name === undefined ? undefined : traps[name];
  if (trap?.at !== 'Open') return;
  progress.note(trap.says);
  await trap.set(stage);
}

/** Lays a trap for the run of an execution. */
export function setTrap(
  name: TrapName | undefined,
  { execution, stage, progress }: { execution: Execution; stage: Stage; progress: Progress },
): LaidTrap {
  const trap: Trap | undefined = name === undefined ? undefined : traps[name];
  if (trap === undefined) return { takeBack: async () => undefined };
  const set = async (): Promise<void> => {
    await execution.entered(trap.at);
    progress.note(trap.says);
    await trap.set(stage);
  };
  const isSet = trap.at === 'Open' ? Promise.resolve() : set().catch(() => undefined);
  return {
    async takeBack() {
      await Promise.race([isSet, pause(settleMs)]);
      await trap.takeBack(stage);
    },
  };
}

/** How long a trap may take to be set once the run is over, in milliseconds. */
const settleMs = 5_000;
