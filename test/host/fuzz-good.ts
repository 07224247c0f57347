import { scriptNames } from '../../core/script-names.ts';
import type { ScriptName } from '../../core/script-names.ts';
import { hostParameters } from '../../host/parameters.ts';

/** A parameter of a script: what hostile values are put in the place of. */
export interface Place {
  readonly script: ScriptName;
  readonly name: string;
}

const second = 1_000;
const soon = Math.ceil(Date.now() / second) * second;

/** One good value for every parameter, whichever scripts have it. */
const values: Readonly<Record<string, string>> = {
  RunId: 'fuzz1',
  Part: '0',
  InjectAt: String(soon),
  RestoreAt: String(soon + 1_200_000),
  SentAt: String(soon),
  Until: String(soon + 1_200_000),
  Ports: '3001,3002',
  Peers: '10.9.1.2,fd00:9:1::2',
  Packets: 'drop',
  Direction: 'both',
  Filter: 'auto',
  Share: 'all',
  Per: 'packet',
  Local: 'any',
  Flap: 'none',
  To: '10.9.2.2',
  Source: 'none',
  Name: 'nobody',
  Address: '10.9.1.2',
  Port: '3000',
  Dc: 'DC1',
  Namespaces: 'test,bar',
  Rewind: 'none',
  Info: 'none',
  Tls: 'none',
  CaFile: 'system',
  Login: 'none',
  Probes: 'new/10.9.1.2/3000',
  Namespace: 'test',
  Set: 'markers',
  Sides: '10.9.1.2/A1;10.9.2.2/A2,10.9.1.2/A3',
};

/** Where scripts differ in what a parameter means. */
const own: Readonly<Record<string, string>> = {
  'restore.Action': 'look',
  'sever.Action': 'sever',
  'markers.Action': 'read',
  'access.Action': 'open',
  'access.Tls': 'aero.example',
  'route.How': 'blackhole',
  'service.How': 'freeze',
  'xdr.How': 'force-linkdown',
  'reroute.Peers': '10.9.1.2',
  'route.Peers': '10.9.2.2,fd00:9:2::2',
};

/** Every parameter of every script. */
export const places: readonly Place[] = scriptNames.flatMap((script) =>
  Object.keys(hostParameters[script]).map((name) => ({ script, name })),
);

/** A good value of a parameter; throws where a script has one that is not known here. */
export function goodValue({ script, name }: Place): string {
  const value = own[`${script}.${name}`] ?? values[name];
  if (value === undefined) {
    throw new Error(`Cannot fuzz ${script} as ${name} must have a good value here: found none`);
  }
  return value;
}

/** One good set of parameters for a script. */
export function goodParameters(script: ScriptName): Record<string, string> {
  const names = Object.keys(hostParameters[script]);
  return Object.fromEntries(names.map((name) => [name, goodValue({ script, name })]));
}
