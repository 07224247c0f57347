/** The experiments that `aerofault init` writes, and the tags that their cluster needs. Pure. */

/** Kinds of first experiments, with what each does. */
export const firstKinds = {
  'isolate-one-node': 'cut one node off from the others',
  'split-in-halves': 'split the cluster into two halves',
  'lose-a-zone': 'cut an availability zone off from the others',
  'cut-clients': 'cut the clients off from one node',
} as const;
export type FirstKind = keyof typeof firstKinds;

const faults: Readonly<Record<FirstKind, readonly string[]>> = {
  'isolate-one-node': [
    '  kind: partition',
    '  topology: { kind: isolate, count: 1 }',
    '  ports: [fabric, heartbeat]',
  ],
  'split-in-halves': [
    '  kind: partition',
    '  topology: { kind: halves }',
    '  ports: [fabric, heartbeat]',
  ],
  'lose-a-zone': [
    '  kind: partition',
    '  topology: { kind: zones }',
    '  ports: [fabric, heartbeat]',
  ],
  'cut-clients': ['  kind: client-cut', '  ports: [service]'],
};

/** What people choose. */
export interface FirstChoice {
  readonly kind: FirstKind;
  readonly cluster: string;
  readonly mechanism: string;
  readonly holdSeconds: number;
}

/** An experiment as YAML, with what an editor needs to help with it. */
export function firstExperiment(choice: FirstChoice, schema: string): string {
  const { kind, cluster, mechanism, holdSeconds } = choice;
  return [
    `# yaml-language-server: $schema=${schema}`,
    `# ${firstKinds[kind]}; every key: ${schema}`,
    `name: ${kind}`,
    `cluster: ${quoted(cluster)}`,
    'fault:',
    ...faults[kind],
    `mechanism: ${mechanism}`,
    `holdSeconds: ${holdSeconds}`,
    '',
  ].join('\n');
}

/** A name that YAML would take for a number, a truth or nothing stays a name. */
const quoted = (name: string): string =>
  /^[A-Za-z][A-Za-z0-9_-]*$/.test(name) && !/^(true|false|null|yes|no|on|off)$/i.test(name)
    ? name
    : `"${name}"`;

/** The commands that let a cluster be touched: only what bears its tag can be. */
export function tagCommands(cluster: string): string[] {
  const tag = `Key=aerofault:cluster,Value=${cluster}`;
  const create = 'aws ec2 create-tags --resources';
  return [
    '# the nodes, and the clients',
    `${create} i-NODE1 i-NODE2 i-NODE3 --tags ${tag} Key=aerofault:role,Value=node`,
    `${create} i-CLIENT1 --tags ${tag} Key=aerofault:role,Value=client`,
    '# their network interfaces, and the security groups of the nodes',
    `${create} eni-NODE1 eni-NODE2 eni-NODE3 sg-NODES --tags ${tag}`,
  ];
}
