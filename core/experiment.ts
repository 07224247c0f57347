import * as z from 'zod';
import { listenerPortMin, usualPorts } from './aerospike.ts';
import type { PortNumbers } from './aerospike.ts';
import { contradictionIn } from './contradictions.ts';
import { Fault } from './fault.ts';
import { Refusal } from './refusal.ts';
import { sentence } from './sentence.ts';

/** Longest hold an experiment may ask for, in seconds. */
export const holdSecondsMax = 3600;
const PortNumber = z.int().min(listenerPortMin).max(65_535);

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
  fault: Fault.meta({ description: 'The kind of harm' }),
  mechanism: z.enum(['iptables', 'security-group', 'network-acl']).meta({
    description:
      'How: packet filters on hosts (partitions only), security-group rules, or, between subnets, network ACLs',
  }),
  direction: z.enum(['both', 'inbound']).default('both').meta({
    description:
      'inbound: only connections dialled towards the targets (the famous one-ended recipe)',
  }),
  packets: z.enum(['drop', 'reject', 'tcp-reset']).default('drop').meta({
    description: 'What happens to a stopped packet; iptables only',
  }),
  established: z.enum(['leave', 'sever']).optional().meta({
    description:
      'What happens to connections that already stand; leave for security-group, else sever',
  }),
  severBy: z.enum(['ss', 'acl-pulse']).default('ss').meta({
    description:
      'security-group only. ss: close sockets on the hosts; acl-pulse: deny between subnets until the links are gone',
  }),
  detach: z.enum(['park', 'revoke']).default('park').meta({
    description:
      'What becomes of a rule wholly in the cut: park keeps its id on port 0; revoke makes a new one at restore',
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
export type { ClientCutFault, PartitionFault, Topology, TopologyOf, XdrCutFault } from './fault.ts';

/**
 * Reads an experiment from outside data.
 *
 * @throws Refusal with one sentence that names the first thing wrong with it.
 */
export function parseExperiment(value: unknown): Experiment {
  const parsed = ExperimentSchema.safeParse(value);
  if (!parsed.success) throw new Refusal(sentence(parsed.error, value));
  const must = contradictionIn(parsed.data);
  if (must !== undefined)
    throw new Refusal(`Cannot use experiment "${parsed.data.name}" as ${must}`);
  return parsed.data;
}

/** What the experiment means for connections that already stand. */
export function establishedOf(experiment: Experiment): 'leave' | 'sever' {
  return experiment.established ?? (experiment.mechanism === 'security-group' ? 'leave' : 'sever');
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
