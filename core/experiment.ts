import * as z from 'zod';
import { Access } from './access.ts';
import { listenerPortMin, tlsTwins, usualPorts } from './aerospike.ts';
import type { PortName, PortNumbers } from './aerospike.ts';
import { contradictionIn } from './contradictions.ts';
import { Expect } from './expect.ts';
import { AskedIntensity, Fault, Flapping, Mechanism, Packets } from './fault.ts';
import { Markers } from './markers/asked.ts';
import { ClusterName } from './named-clusters.ts';
import { Refusal } from './refusal.ts';
import { sentence } from './sentence.ts';
import { StopOn } from './stop/stop-on.ts';
import { AllowedWindows } from './windows.ts';

/** Longest hold an experiment may ask for, in seconds. */
const holdSecondsMax = 3600;
const PortNumber = z.int().min(listenerPortMin).max(65_535);

/** Namespaces by name; a server has 32 at most. */
const Namespaces = z
  .array(z.string().regex(/^[A-Za-z0-9_-]{1,31}$/))
  .min(1)
  .max(32);

/** TLS twins have no usual number that is listened on: absent means there is none. */
const PortNumbersGiven = z.strictObject({
  service: PortNumber.optional().meta({ description: 'usually 3000' }),
  fabric: PortNumber.optional().meta({ description: 'usually 3001' }),
  heartbeat: PortNumber.optional().meta({ description: 'usually 3002' }),
  admin: PortNumber.optional().meta({ description: 'usually 3003' }),
  tlsService: PortNumber.optional().meta({ description: 'usually 4333' }),
  tlsFabric: PortNumber.optional().meta({ description: 'usually 3011' }),
  tlsHeartbeat: PortNumber.optional().meta({ description: 'usually 3012' }),
});
export type GivenPortNumbers = z.infer<typeof PortNumbersGiven>;

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
  cluster: ClusterName.meta({
    description: 'The value of the tag aerofault:cluster on its instances',
  }),
  fault: Fault.meta({ description: 'The kind of harm' }),
  mechanism: Mechanism.meta({
    description:
      'How: packet filters on hosts (iptables, or nft where it is missing), routes, security-group rules, network ACLs between subnets, or the server itself',
  }),
  direction: z.enum(['both', 'inbound']).default('both').meta({
    description:
      'inbound: only connections dialled towards the targets (the famous one-ended recipe)',
  }),
  packets: Packets.default('drop').meta({
    description: 'What happens to a stopped packet; packet filters and routes only',
  }),
  intensity: AskedIntensity.optional().meta({
    description: 'Not all packets or new connections, but a share; packet filters only',
  }),
  flapping: Flapping.optional().meta({
    description: 'On and off again until the end of the hold; packet filters only',
  }),
  allowFlapping: z.boolean().optional().meta({
    description: 'Needed for what flaps on a namespace with strong consistency',
  }),
  seed: z.int().min(0).max(4_294_967_295).optional().meta({
    description: 'For choices at random; made from the run id, and journalled, when absent',
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
    .union([
      z.literal('node').meta({ description: 'As every node says of itself' }),
      PortNumbersGiven.meta({ description: 'As given; the usual ones for those left out' }),
    ])
    .optional()
    .meta({ description: 'The port numbers, where they are not the usual ones; node: as it says' }),
  access: Access.optional().meta({
    description: 'How nodes are asked that want TLS, a login or both',
  }),
  expect: Expect.optional().meta({ description: 'What should be seen' }),
  markers: Markers.optional().meta({
    description:
      'Where marker records are written through each side during the hold, and looked for after recovery',
  }),
  stopOn: StopOn.optional().meta({ description: 'What ends the hold early' }),
  acceptDataLoss: Namespaces.optional().meta({
    description: 'Namespaces of which more nodes may be cut off than have copies to spare',
  }),
  acceptUnavailable: Namespaces.optional().meta({
    description: 'The same, for namespaces with strong consistency',
  }),
  planDigest: z
    .string()
    .regex(/^[0-9a-f]{8,12}$/)
    .optional()
    .meta({
      description:
        'Runs only as `aerofault plan` showed it under this digest; refused where the plan is another by now',
    }),
  allowedWindows: AllowedWindows.optional().meta({
    description: 'The whole run, until its deadline, must lie in one of these',
  }),
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

/**
 * The cluster's port numbers: what the experiment says, the usual ones otherwise.
 *
 * @throws Error for an experiment that leaves them to the nodes: {@link experimentOn} must have asked them.
 */
export function portNumbersOf(experiment: Experiment): PortNumbers {
  const given = numbersGiven(experiment);
  return {
    service: given.service ?? usualPorts.service,
    fabric: given.fabric ?? usualPorts.fabric,
    heartbeat: given.heartbeat ?? usualPorts.heartbeat,
    admin: given.admin ?? usualPorts.admin,
  };
}

/** The numbers of these listeners and of their TLS twins, where there are any: ascending, each once. */
export function numbersOf(names: readonly PortName[], experiment: Experiment): number[] {
  const numbers = { ...numbersGiven(experiment), ...portNumbersOf(experiment) };
  const found = names.flatMap((name) => [
    numbers[name],
    ...(name === 'admin' ? [] : [numbers[tlsTwins[name]] ?? []].flat()),
  ]);
  return [...new Set(found)].toSorted((a, b) => a - b);
}

function numbersGiven({ portNumbers = {} }: Experiment): GivenPortNumbers {
  if (portNumbers !== 'node') return portNumbers;
  throw new Error(
    "Cannot read port numbers as the nodes must have been asked for them: found 'node'",
  );
}
