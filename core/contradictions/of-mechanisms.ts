import type { Mechanism } from '../fault.ts';
import { routeOfPackets } from '../route-of-packets.ts';
import { either, isFiltered, mechanismsOf } from './contradiction.ts';
import type { Contradiction } from './contradiction.ts';

/** What a mechanism cannot do. */
export const ofMechanisms: readonly Contradiction[] = [
  {
    found: ({ fault, mechanism }) => !mechanismsOf[fault.kind].includes(mechanism),
    must: ({ fault, mechanism }) =>
      `the mechanism of ${fault.kind} must be ${either(mechanismsOf[fault.kind])}: found '${mechanism}'`,
  },
  {
    found: ({ mechanism, packets }) => mechanism === 'route' && !(packets in routeOfPackets),
    must: ({ packets }) =>
      `packets must be ${either(Object.keys(routeOfPackets))} for route: found '${packets}'`,
  },
  {
    found: ({ mechanism, packets }) =>
      !isFiltered({ mechanism }) && mechanism !== 'route' && packets !== 'drop',
    must: ({ mechanism, packets }) =>
      `packets must be 'drop' for ${mechanism}, which answers nothing: found '${packets}'`,
  },
  {
    found: ({ fault, packets }) => fault.kind === 'reroute' && packets !== 'drop',
    must: ({ packets }) =>
      `packets must be left out for reroute, which stops none: found '${packets}'`,
  },
  {
    found: ({ mechanism, established }) =>
      mechanism !== 'security-group' && established === 'leave',
    must: ({ mechanism }) =>
      `established must be 'sever' for ${mechanism}, ${whyNot[mechanism]}: found 'leave'`,
  },
  {
    found: ({ fault, mechanism }) =>
      mechanism === 'route' && fault.kind === 'partition' && fault.ports !== undefined,
    must: () => 'ports must be left out for route, which takes them all: found some',
  },
];

const whyNot: Readonly<Record<Mechanism, string>> = {
  iptables: 'which stops every packet',
  nft: 'which stops every packet',
  route: 'which stops every packet',
  'network-acl': 'which stops every packet',
  aerospike: 'which knows no connections',
  'security-group': '',
};

/** What a direction cannot be. */
export const ofDirection: readonly Contradiction[] = [
  {
    found: ({ fault, direction }) =>
      !['partition', 'link-down'].includes(fault.kind) && direction === 'inbound',
    must: ({ fault }) =>
      `direction must be 'both' for ${fault.kind}, which one side alone dials: found 'inbound'`,
  },
  {
    found: ({ mechanism, direction }) =>
      ['network-acl', 'route'].includes(mechanism) && direction === 'inbound',
    must: ({ mechanism }) =>
      `direction must be 'both' for ${mechanism}, which knows no connections: found 'inbound'`,
  },
  {
    found: ({ severBy, direction }) => severBy === 'acl-pulse' && direction === 'inbound',
    must: () => "direction must be 'both' for severBy 'acl-pulse': found 'inbound'",
  },
];

/** What only edits of security groups know. */
export const ofGroups: readonly Contradiction[] = [
  {
    found: ({ severBy, mechanism }) => severBy === 'acl-pulse' && mechanism !== 'security-group',
    must: ({ mechanism }) =>
      `severBy must be left out for ${mechanism}, which cuts what stands by itself: found 'acl-pulse'`,
  },
  {
    found: ({ severBy, established }) => severBy === 'acl-pulse' && established !== 'sever',
    must: () => "established must be 'sever' for severBy 'acl-pulse': found 'leave'",
  },
  {
    found: ({ detach, mechanism }) => detach === 'revoke' && mechanism !== 'security-group',
    must: ({ mechanism }) =>
      `detach must be left out for ${mechanism}, which edits no rule: found 'revoke'`,
  },
];
