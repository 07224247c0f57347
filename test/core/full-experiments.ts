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
  allowFlapping: true,
  seed: 7,
  portNumbers: {
    service: 4000,
    fabric: 4001,
    heartbeat: 4002,
    admin: 4003,
    tlsService: 4004,
    tlsFabric: 4005,
    tlsHeartbeat: 4006,
  },
  expect: { clusterSizes: [1, 2], lostMarkersMax: 0 },
  markers: { namespace: 'test', set: 'aerofault' },
  stopOn: {
    alarms: ['orders latency/high'],
    unavailablePartitions: 0,
    deadPartitions: 0,
    stopWrites: true,
    orphanedNodes: true,
    clockSkewMs: 500,
    xdrLagSeconds: 30,
  },
  acceptDataLoss: ['test'],
  acceptUnavailable: ['money'],
  allowedWindows: [{ days: ['mon'], from: '09:00', to: '17:00', timeZone: 'Europe/Berlin' }],
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
export const ofLink = {
  ...common,
  mechanism: 'nft',
  fault: { kind: 'link-down', nodes: ['n1'], device: 'eth1', ports: ['fabric'] },
};
export const ofAddress = {
  ...ofLink,
  fault: { kind: 'link-down', nodes: ['n1'], address: '10.0.1.1', ports: ['fabric'] },
};
export const ofReroute = {
  ...common,
  mechanism: 'iptables',
  intensity: { every: 2, per: 'connection' },
  fault: {
    kind: 'reroute',
    peer: 'n2',
    to: '10.0.0.3',
    nodes: ['n1'],
    source: '10.0.0.1',
    ports: ['fabric'],
  },
};
const byServer = { ...common, mechanism: 'aerospike' };
export const ofPause = {
  ...byServer,
  fault: { kind: 'xdr-pause', dc: 'far', namespaces: ['test'], rewind: 60 },
};
export const ofStop = {
  ...byServer,
  fault: { kind: 'service-stop', of: 'xdr-destinations', nodes: ['d1'], unit: 'aerospike' },
};
export const ofFreeze = {
  ...byServer,
  fault: { kind: 'service-freeze', of: 'cluster', nodes: ['n1'], process: 'asd' },
};
const ofShare = {
  ...ofCount,
  intensity: { percent: 30, per: 'packet' },
  flapping: { onSeconds: 3, offSeconds: 4 },
};
export const ofSequence = {
  ...common,
  expect: { lostMarkersMax: 0 },
  mechanism: 'iptables',
  holdSeconds: 3600,
  fault: {
    kind: 'sequence',
    parts: [
      {
        fault: { kind: 'client-cut', nodes: ['n1'], at: 'nodes', ports: ['service'] },
        startSeconds: 0,
        seconds: 10,
        mechanism: 'nft',
        packets: 'reject',
        direction: 'both',
        intensity: { percent: 30, per: 'connection' },
        flapping: { onSeconds: 2, offSeconds: 2 },
      },
    ],
  },
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
  ofLink,
  ofAddress,
  ofReroute,
  ofPause,
  ofStop,
  ofFreeze,
  ofShare,
  ofSequence,
  ofMinority: partition({ kind: 'minority', random: true }),
  ofRandom: partition({ kind: 'isolate', count: 2, random: true }),
  ofPrincipal: partition({ kind: 'isolate', role: 'principal' }),
  ofZone: partition({ kind: 'isolate', zone: 'eu-west-1a' }),
  ofRack: partition({ kind: 'isolate', rack: 1 }),
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
