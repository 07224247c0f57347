import { isFiltered } from './contradiction.ts';
import type { Contradiction, Judged } from './contradiction.ts';

const namings = ['count', 'nodes', 'role', 'zone', 'rack'] as const;
const namingWords = "'count', 'nodes', 'role', 'zone' and 'rack'";

/** What an isolation cannot name. */
export const ofIsolation: readonly Contradiction[] = [
  {
    found: (experiment) => namingsIn(experiment)?.length === 0,
    must: () => `isolate must have one of ${namingWords}: found none`,
  },
  {
    found: (experiment) => (namingsIn(experiment)?.length ?? 1) > 1,
    must: (experiment) => {
      const found = namingsIn(experiment)?.map((naming) => `'${naming}'`) ?? [];
      return `isolate must have one of ${namingWords}: found ${found.join(' and ')}`;
    },
  },
  {
    found: ({ fault }) =>
      fault.kind === 'partition' &&
      fault.topology.kind === 'isolate' &&
      fault.topology.random === true &&
      fault.topology.count === undefined,
    must: () => "random must have a 'count' to choose: found none",
  },
];

/** The ways in which an isolation says whom it takes; undefined for all else. */
function namingsIn({ fault }: Judged): readonly string[] | undefined {
  if (fault.kind !== 'partition' || fault.topology.kind !== 'isolate') return undefined;
  const { topology } = fault;
  return namings.filter((naming) => topology[naming] !== undefined);
}

/** What other faults cannot name. */
export const ofNames: readonly Contradiction[] = [
  {
    found: ({ fault, ...experiment }) =>
      fault.kind === 'client-cut' && fault.at !== undefined && !isFiltered(experiment),
    must: ({ mechanism }) => `at must be left out for ${mechanism}, which edits no host: found one`,
  },
  {
    found: ({ fault }) =>
      fault.kind === 'link-down' && (fault.address === undefined) === (fault.device === undefined),
    must: ({ fault }) =>
      `link-down must have one of 'address' and 'device': found ${'device' in fault && fault.device !== undefined ? 'both' : 'neither'}`,
  },
  {
    found: ({ fault }) =>
      fault.kind === 'link-down' && fault.address !== undefined && fault.nodes.length > 1,
    must: ({ fault }) =>
      `link-down must name one node beside its 'address': found ${'nodes' in fault ? fault.nodes?.length : 0}`,
  },
  {
    found: ({ fault }) => 'of' in fault && fault.of === 'cluster' && fault.nodes === undefined,
    must: ({ fault }) => `${fault.kind} must name 'nodes' of the cluster: found none`,
  },
];
