import * as z from 'zod';
import { PortName, listenerPortMin, usualPorts } from './aerospike.ts';
import type { PortNumbers } from './aerospike.ts';
import { Refusal } from './refusal.ts';
import { sentence } from './sentence.ts';

/** Longest hold an experiment may ask for, in seconds. */
export const holdSecondsMax = 3600;
/** Most nodes or clients an experiment may name. */
export const targetsMax = 64;

const Name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/);
const Names = z.array(Name).min(1).max(targetsMax);
const PortNames = z.array(PortName).min(1).max(4);
const PortNumber = z.int().min(listenerPortMin).max(65_535);

const Isolate = z.strictObject({
  kind: z.literal('isolate').meta({ description: 'The chosen nodes, together, lose all others' }),
  count: z.int().min(1).max(targetsMax).optional().meta({
    description: 'How many nodes, the first by name; either this or nodes',
  }),
  nodes: Names.optional().meta({ description: 'Which nodes, by name, id or address' }),
});

const Partition = z.strictObject({
  kind: z.literal('partition').meta({ description: 'Cut nodes from nodes' }),
  topology: Isolate.meta({ description: 'Which nodes lose which' }),
  ports: PortNames.default(['fabric', 'heartbeat']).meta({ description: 'Listeners to cut' }),
});

const ClientCut = z.strictObject({
  kind: z.literal('client-cut').meta({ description: 'Cut clients from nodes' }),
  nodes: Names.optional().meta({ description: 'Node names; all when absent' }),
  clients: Names.optional().meta({ description: 'Client names; all when absent' }),
  ports: PortNames.default(['service']).meta({ description: 'Listeners to cut' }),
});

/**
 * What an operator asks for: which connections of which cluster stop, how, and for how long. It never
 * names a security group or an interface; the plan does.
 */
export const ExperimentSchema = z.strictObject({
  $schema: z
    .string()
    .max(200)
    .regex(/^[A-Za-z0-9:/._-]*$/)
    .optional()
    .meta({ description: 'Where this schema is; for editors' }),
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{2,39}$/)
    .meta({ description: 'What people call the experiment' }),
  cluster: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/)
    .meta({ description: 'The value of the tag aerofault:cluster on its instances' }),
  fault: z
    .discriminatedUnion('kind', [Partition, ClientCut])
    .meta({ description: 'The kind of harm' }),
  mechanism: z.enum(['iptables', 'security-group']).meta({
    description: 'How: iptables for a partition, security-group for a client-cut',
  }),
  direction: z.enum(['both', 'inbound']).default('both').meta({
    description:
      'inbound: only connections dialled towards the targets (the famous one-ended recipe)',
  }),
  packets: z.enum(['drop', 'reject', 'tcp-reset']).default('drop').meta({
    description: 'What happens to a stopped packet; iptables only',
  }),
  established: z.enum(['leave', 'sever']).optional().meta({
    description: 'What happens to connections that already stand; sever for iptables, else leave',
  }),
  holdSeconds: z.int().min(10).max(holdSecondsMax).meta({
    description: 'How long the fault stays, in seconds',
  }),
  portNumbers: z
    .strictObject({
      service: PortNumber.optional().meta({ description: 'usually 3000' }),
      fabric: PortNumber.optional().meta({ description: 'usually 3001' }),
      heartbeat: PortNumber.optional().meta({ description: 'usually 3002' }),
      admin: PortNumber.optional().meta({ description: 'usually 3003' }),
    })
    .optional()
    .meta({ description: "The cluster's own port numbers, where they are not the usual ones" }),
  expect: z
    .strictObject({
      clusterSizes: z.array(z.int().min(0).max(256)).min(1).max(16).optional().meta({
        description: 'Sizes of the clusters during the fault, in place of the prediction',
      }),
    })
    .optional()
    .meta({ description: 'What should be seen' }),
  stopOn: z
    .strictObject({
      alarms: z
        .array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 ._/:-]{0,254}$/))
        .max(10)
        .optional()
        .meta({ description: 'CloudWatch alarms; any that is not OK ends the hold' }),
    })
    .optional()
    .meta({ description: 'What ends the hold early' }),
});
export type Experiment = z.infer<typeof ExperimentSchema>;
export type PartitionFault = z.infer<typeof Partition>;
export type ClientCutFault = z.infer<typeof ClientCut>;

/**
 * Reads an experiment from outside data.
 *
 * @throws Refusal with one sentence that names the first thing wrong with it.
 */
export function parseExperiment(value: unknown): Experiment {
  const parsed = ExperimentSchema.safeParse(value);
  if (!parsed.success) throw new Refusal(sentence(parsed.error, value));
  refuseContradictions(parsed.data);
  return parsed.data;
}

/** What the experiment means for connections that already stand. */
export function establishedOf(experiment: Experiment): 'leave' | 'sever' {
  return experiment.established ?? (experiment.mechanism === 'iptables' ? 'sever' : 'leave');
}

/** The cluster's port numbers: what the experiment says, the usual ones otherwise. */
export function portNumbersOf({ portNumbers = {} }: Experiment): PortNumbers {
  return {
    service: portNumbers.service ?? usualPorts.service,
    fabric: portNumbers.fabric ?? usualPorts.fabric,
    heartbeat: portNumbers.heartbeat ?? usualPorts.heartbeat,
    admin: portNumbers.admin ?? usualPorts.admin,
  };
}

function refuseContradictions(experiment: Experiment): void {
  const wrong = contradictions.find(({ found }) => found(experiment));
  if (wrong !== undefined)
    throw new Refusal(`Cannot use experiment "${experiment.name}" as ${wrong.must}`);
}

const contradictions: readonly { found: (experiment: Experiment) => boolean; must: string }[] = [
  {
    found: ({ fault, mechanism }) => fault.kind === 'partition' && mechanism !== 'iptables',
    must: "the mechanism of a partition must be iptables: found 'security-group'",
  },
  {
    found: ({ fault, mechanism }) => fault.kind === 'client-cut' && mechanism !== 'security-group',
    must: "the mechanism of a client-cut must be security-group: found 'iptables'",
  },
  {
    found: ({ mechanism, packets }) => mechanism === 'security-group' && packets !== 'drop',
    must: 'packets must be drop for a security group, which cannot answer: found another value',
  },
  {
    found: ({ mechanism, established }) => mechanism === 'iptables' && established === 'leave',
    must: "established must be 'sever' for iptables, which stops every packet: found 'leave'",
  },
  {
    found: ({ fault }) =>
      fault.kind === 'partition' &&
      fault.topology.count === undefined &&
      fault.topology.nodes === undefined,
    must: "isolate must have one of 'count' and 'nodes': found neither",
  },
  {
    found: ({ fault }) =>
      fault.kind === 'partition' &&
      fault.topology.count !== undefined &&
      fault.topology.nodes !== undefined,
    must: "isolate must have one of 'count' and 'nodes': found both",
  },
  {
    found: (experiment) => new Set(Object.values(portNumbersOf(experiment))).size < 4,
    must: 'no two port numbers must be the same: found one twice',
  },
];
