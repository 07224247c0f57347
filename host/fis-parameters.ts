import { hostParameters } from './parameters.ts';
import type { HostParameter } from './parameters.ts';

/** What the script says for itself where the caller knows no instants. */
const ownWords = new Set(['RunId', 'Part', 'InjectAt', 'RestoreAt']);

/** Where nothing is said, what stops a node's peers and harms nothing else. */
const defaults: Readonly<Record<string, string>> = {
  Ports: '3001,3002',
  Packets: 'drop',
  Direction: 'both',
};

const HoldSeconds: HostParameter = {
  allowedPattern: '^([1-9][0-9]{0,2}|[12][0-9]{3}|3[0-5][0-9]{2}|3600)$',
  description: 'How long, from the moment at which the command comes to the host; 3600 at most',
  default: '60',
};

/** The parameters of fis-cut.sh: those of cut but for its instants. Peers alone must be given. */
export const fisCutParameters: Readonly<Record<string, HostParameter>> = {
  HoldSeconds,
  ...Object.fromEntries(
    Object.entries(hostParameters.cut)
      .filter(([name]) => !ownWords.has(name))
      .map(([name, parameter]) => {
        const usual = defaults[name];
        return [name, usual === undefined ? parameter : { ...parameter, default: usual }];
      }),
  ),
};
