import * as z from 'zod';
import { ExperimentSchema } from '../../core/experiment.ts';
import { fieldsOf } from './schema-fields.ts';
import type { Field } from './schema-fields.ts';

const common = {
  $schema: '../schema/experiment.schema.json',
  name: 'full',
  cluster: 'orders-staging',
  direction: 'both',
  packets: 'drop',
  established: 'sever',
  severBy: 'ss',
  detach: 'park',
  holdSeconds: 15,
  portNumbers: { service: 4000, fabric: 4001, heartbeat: 4002, admin: 4003 },
  expect: { clusterSizes: [1, 2] },
  stopOn: { alarms: ['orders latency/high'] },
};
export const ofCount = {
  ...common,
  mechanism: 'iptables',
  fault: {
    kind: 'partition',
    topology: { kind: 'isolate', count: 1 },
    ports: ['fabric', 'heartbeat'],
  },
};
export const ofNames = partition({ kind: 'isolate', nodes: ['n1'] });
export const ofHalves = {
  ...partition({ kind: 'halves', nodes: ['n1'] }),
  mechanism: 'security-group',
  severBy: 'acl-pulse',
  detach: 'revoke',
};
export const ofPairs = partition({
  kind: 'pairs',
  pairs: [
    ['n1', 'n2'],
    ['n3', 'n4'],
  ],
});
export const ofClients = {
  ...common,
  mechanism: 'security-group',
  fault: { kind: 'client-cut', nodes: ['n1'], clients: ['c1'], ports: ['service'] },
};
export const ofXdr = {
  ...common,
  mechanism: 'network-acl',
  fault: { kind: 'xdr-cut', destinations: ['d1'], ports: ['service'] },
};
/** An experiment of each shape, with every field there is. */
export const full = {
  ofCount,
  ofNames,
  ofHalves,
  ofZones: partition({ kind: 'zones', zones: ['eu-west-1a'] }),
  ofBridge: partition({ kind: 'bridge', node: 'n2' }),
  ofRing: partition({ kind: 'ring' }),
  ofPairs,
  ofClients,
  ofXdr,
};

function partition<Topology extends object>(topology: Topology) {
  return { ...ofCount, fault: { kind: 'partition', topology, ports: ['fabric'] } };
}

const schema = z.toJSONSchema(ExperimentSchema, { io: 'input' });

/** Every field of every full experiment, with a name for the test. */
export const fields: readonly (Field & { experiment: object; where: string })[] = Object.entries(
  full,
).flatMap(([which, experiment]) =>
  fieldsOf(schema, experiment).map((field) => ({
    ...field,
    experiment,
    where: `${which}:${field.path.join('.') || '(root)'}`,
  })),
);

/** The fields of one JSON type. */
export function ofType(type: string): typeof fields {
  return fields.filter((field) => field.schema['type'] === type);
}
