import { MOTO_DIFFERS } from './differences-of-moto.ts';
import type { Plain } from './row.ts';

/** The endpoints that the suite knows by name; `given` is the one of AEROFAULT_EC2_ENDPOINT. */
export type EndpointName = 'lab' | 'moto' | 'given';

/** One behaviour in which an endpoint is not EC2. */
export interface Difference {
  readonly endpoint: EndpointName;
  /** The name of the row. */
  readonly row: string;
  /** What the endpoint does instead. */
  readonly found: Plain;
  /** The text that decides; the row's `source` has it at length. */
  readonly text: string;
}

/** A {@link Difference} of one endpoint: the row, what is found instead, and the text that decides. */
export type DifferenceEntry = readonly [row: string, found: Plain, text: string];

/** The written list of differences: complete, and without anything that is no longer so. */
export const DIFFERENCES: readonly Difference[] = [
  ...of('lab', [
    [
      'a rewritten rule lacking protocol, a port or a peer, or with two peers, is refused by these codes',
      {
        noProtocol: 'MissingParameter',
        noPort: 'MissingParameter',
        noPeer: 'InvalidParameterCombination',
        twoPeers: 'InvalidParameterCombination',
        rules: ['tcp 80-80 192.0.2.0/24'],
      },
      'getmoto/moto test_modify_security_group_rules, marked as passing on AWS; aerofault sends whole rules',
    ],
    [
      'a malformed group id in a filter is InvalidGroupId.Malformed',
      'done',
      'getmoto/moto test_invalid_security_group_id_in_rules_search, marked as passing on AWS',
    ],
  ]),
  ...of('moto', MOTO_DIFFERS),
];

function of(endpoint: EndpointName, entries: readonly DifferenceEntry[]): Difference[] {
  return entries.map(([row, found, text]) => ({ endpoint, row, found, text }));
}
