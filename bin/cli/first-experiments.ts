/** The experiments that `aerofault init` writes, and the tags that their cluster needs. Pure. */

import type { Mechanism } from '../../core/fault.ts';

/** Kinds of first experiments, with what each does. */
export const firstKinds = {
  'isolate-one-node': 'cut one node off from the others',
  'split-in-halves': 'split the cluster into two halves',
  'lose-a-zone': 'cut the nodes of an availability zone off from the others',
  'cut-clients': 'cut all clients off from all nodes',
} as const;
export type FirstKind = keyof typeof firstKinds;

/** What people choose. */
interface Choice {
  readonly cluster: string;
  readonly mechanism: Mechanism;
  readonly holdSeconds: number;
}
/** The zone is that of the kind that loses one; no other has any. */
export type FirstChoice = Choice &
  (
    | { readonly kind: Exclude<FirstKind, 'lose-a-zone'> }
    | { readonly kind: 'lose-a-zone'; readonly zone: string }
  );

/** An experiment as YAML, with what an editor needs to help with it. */
export function firstExperiment(choice: FirstChoice, schema: string): string {
  const { kind, cluster, mechanism, holdSeconds } = choice;
  return [
    `# yaml-language-server: $schema=${schema}`,
    `# ${firstKinds[kind]}; every key: ${schema}`,
    `name: ${kind}`,
    `cluster: ${quoted(cluster)}`,
    'fault:',
    ...faultOf(choice),
    `mechanism: ${mechanism}`,
    ...(mechanism === 'security-group' ? severed : []),
    `holdSeconds: ${holdSeconds}`,
    '',
  ].join('\n');
}

function faultOf(choice: FirstChoice): string[] {
  switch (choice.kind) {
    case 'isolate-one-node':
      return partition('{ kind: isolate, count: 1 }');
    case 'split-in-halves':
      return partition('{ kind: halves }');
    case 'lose-a-zone':
      return partition(`{ kind: isolate, zone: ${quoted(choice.zone)} }`);
    case 'cut-clients':
      return [
        '  kind: client-cut',
        '  # fewer of them: nodes: [NAME], clients: [NAME]',
        '  ports: [service]',
      ];
  }
}

const partition = (topology: string): string[] => [
  '  kind: partition',
  `  topology: ${topology}`,
  '  ports: [fabric, heartbeat]',
];

/** Links of nodes and pools of clients stand for weeks: left alone, nothing that was said would happen. */
const severed = [
  '# rules stop new connections only: those that stand are closed on the hosts',
  'established: sever',
];

/** A name that YAML would take for a number, a truth or nothing stays a name, and nothing in it ends it. */
const quoted = (name: string): string =>
  /^[A-Za-z][A-Za-z0-9_-]*$/.test(name) && !/^(true|false|null|yes|no|on|off)$/i.test(name)
    ? name
    : JSON.stringify(name);

/** The commands that let a cluster be touched: only what bears its tag can be. */
export function tagCommands({
  cluster,
  mechanism,
}: Pick<FirstChoice, 'cluster' | 'mechanism'>): string[] {
  const tag = `Key=aerofault:cluster,Value=${cluster}`;
  const create = 'aws ec2 create-tags --resources';
  return [
    '# the nodes, and the clients',
    `${create} i-NODE1 i-NODE2 i-NODE3 --tags ${tag} Key=aerofault:role,Value=node`,
    `${create} i-CLIENT1 --tags ${tag} Key=aerofault:role,Value=client`,
    '# their network interfaces, the security groups of the nodes, and those that their rules name',
    `${create} eni-NODE1 eni-NODE2 eni-NODE3 eni-CLIENT1 sg-NODES sg-CLIENTS --tags ${tag}`,
    ...(mechanism === 'network-acl'
      ? ['# their subnets', `${create} subnet-NODES subnet-CLIENTS --tags ${tag}`]
      : []),
  ];
}
