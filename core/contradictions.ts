import { usualPorts } from './aerospike.ts';
import type { Experiment } from './experiment.ts';

/** A clash of two parts of an experiment; `must` says what has to be, and what was found. */
interface Contradiction {
  readonly found: (experiment: Experiment) => boolean;
  readonly must: (experiment: Experiment) => string;
}

const byHosts: readonly Contradiction[] = [
  {
    found: ({ fault, mechanism }) => fault.kind !== 'partition' && mechanism === 'iptables',
    must: ({ fault }) =>
      `the mechanism of ${fault.kind} must be security-group or network-acl: found 'iptables'`,
  },
  {
    found: ({ mechanism, packets }) => mechanism !== 'iptables' && packets !== 'drop',
    must: ({ mechanism, packets }) =>
      `packets must be 'drop' for ${mechanism}, which answers nothing: found '${packets}'`,
  },
  {
    found: ({ mechanism, established }) =>
      mechanism !== 'security-group' && established === 'leave',
    must: ({ mechanism }) =>
      `established must be 'sever' for ${mechanism}, which stops every packet: found 'leave'`,
  },
];

const ofDirection: readonly Contradiction[] = [
  {
    found: ({ fault, direction }) => fault.kind !== 'partition' && direction === 'inbound',
    must: ({ fault }) =>
      `direction must be 'both' for ${fault.kind}, which one side alone dials: found 'inbound'`,
  },
  {
    found: ({ mechanism, direction }) => mechanism === 'network-acl' && direction === 'inbound',
    must: () =>
      "direction must be 'both' for network-acl, which knows no connections: found 'inbound'",
  },
  {
    found: ({ severBy, direction }) => severBy === 'acl-pulse' && direction === 'inbound',
    must: () => "direction must be 'both' for severBy 'acl-pulse': found 'inbound'",
  },
];

const ofGroups: readonly Contradiction[] = [
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

const ofParts: readonly Contradiction[] = [
  {
    found: (experiment) => namings(experiment) === 0,
    must: () => "isolate must have one of 'count' and 'nodes': found neither",
  },
  {
    found: (experiment) => namings(experiment) === 2,
    must: () => "isolate must have one of 'count' and 'nodes': found both",
  },
  {
    found: ({ portNumbers }) => new Set(Object.values({ ...usualPorts, ...portNumbers })).size < 4,
    must: () => 'no two port numbers must be the same: found one twice',
  },
];

/** How many ways an isolation says whom it takes; 1 for all else. */
function namings({ fault }: Experiment): number {
  if (fault.kind !== 'partition' || fault.topology.kind !== 'isolate') return 1;
  const { count, nodes } = fault.topology;
  return [count, nodes].filter((naming) => naming !== undefined).length;
}

const contradictions = [...byHosts, ...ofDirection, ...ofGroups, ...ofParts];

/**
 * The first contradiction in an experiment, as the end of a sentence; undefined when its parts agree. What
 * the schema fills in by itself contradicts nothing.
 */
export function contradictionIn(experiment: Experiment): string | undefined {
  return contradictions.find(({ found }) => found(experiment))?.must(experiment);
}
