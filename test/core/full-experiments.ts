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
export const ofNames = {
  ...ofCount,
  fault: { kind: 'partition', topology: { kind: 'isolate', nodes: ['n1'] }, ports: ['fabric'] },
};
export const ofClients = {
  ...common,
  mechanism: 'security-group',
  fault: { kind: 'client-cut', nodes: ['n1'], clients: ['c1'], ports: ['service'] },
};
/** An experiment of each shape, with every field there is. */
export const full = { ofCount, ofNames, ofClients };

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
