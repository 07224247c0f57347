import type { Experiment } from '../../core/experiment.ts';

/** A cluster to soak on, and which of the examples can be planned there. */
export interface SoakStage {
  /** What is special about it, for `--help`. */
  readonly says: string;
  /** Options of the lab. */
  readonly words: readonly string[];
  readonly fits: (example: Experiment) => boolean;
}

const usesAcls = ({ mechanism, severBy }: Experiment): boolean =>
  mechanism === 'network-acl' || severBy === 'acl-pulse';

/** A sweeper that does not take minutes. */
const sweeper = ['--sweep-seconds', '15'];

/** The stages by name. */
export const soakStages = {
  everything: {
    says: 'five nodes with two interfaces, two clients, two destinations: all but network ACLs',
    words: [
      '--nodes',
      '5',
      '--clients',
      '2',
      '--destinations',
      '2',
      '--layout',
      'everything',
      ...sweeper,
    ],
    // With two interfaces a node they need more calls than one invocation may make.
    fits: (example) => !usesAcls(example),
  },
  tiers: {
    says: 'three nodes, a client and a destination in subnets of their own: faults by the API',
    words: [
      '--nodes',
      '3',
      '--clients',
      '1',
      '--destinations',
      '1',
      '--layout',
      'tiers',
      ...sweeper,
    ],
    fits: ({ mechanism }) => mechanism === 'security-group' || mechanism === 'network-acl',
  },
} satisfies Record<string, SoakStage>;

/** The name of a stage. */
export type SoakStageName = keyof typeof soakStages;

/** All their names. */
export const soakStageNames = ['everything', 'tiers'] as const satisfies readonly SoakStageName[];
