import type * as iam from 'aws-cdk-lib/aws-iam';
import type { ScriptName } from '../core/script-names.ts';
import type { Permissions } from './permissions.ts';

/** The scripts by which a run injects; only Inject may send one of them. */
const injecting = ['cut', 'reroute', 'route', 'service', 'xdr', 'sever'] as const;

type Rights = (may: Permissions) => iam.PolicyStatement[];

/**
 * What each Lambda may do to clusters, by its handler; one that is not here does nothing to any. A Lambda's
 * own role has these rights, or, where clusters are in another account, a role there that it assumes.
 */
export const clusterRights = {
  // Sends nothing that changes a host, but must know which versions of such scripts there are.
  // A run holds on to the script that restores it, too.
  plan: (may) => [
    ...may.observeNetwork(),
    ...may.observeHosts(),
    ...may.readDocuments(...injecting, 'restore'),
    ...may.run('survey', 'access'),
    ...may.readSecrets(),
  ],
  baseline: (may) => [...may.run('probe', 'sever'), ...may.observeAlarms()],
  // As the restorers may, for it asks EC2 what they would be permitted.
  'try-restore': mayRestore,
  inject: (may) => [...may.lookAtNetwork(), ...may.applyRules(), ...may.run(...injecting, 'probe')],
  prove: (may) => [...may.run('probe', 'markers'), ...may.observeAlarms()],
  watch: (may) => [...may.run('probe'), ...may.observeAlarms()],
  restore: restorer('restore'),
  'prove-clean': restorer('restore', 'probe'),
  'await-recovery': (may) => may.run('probe', 'markers'),
  sweep: restorer('restore', 'probe'),
  'delete-guard': restorer('restore'),
  audit: (may) => [
    ...may.observeNetwork(),
    ...may.observeHosts(),
    ...may.run('survey', 'probe', 'access'),
    ...may.readSecrets(),
  ],
} satisfies Readonly<Record<string, Rights>>;

/** A handler that does something to clusters. */
export type ClusterHandler = keyof typeof clusterRights;

export const isClusterHandler = (handler: string): handler is ClusterHandler =>
  Object.hasOwn(clusterRights, handler);

/** What `aerofault plan` and `aerofault doctor` ask: people look, and can neither read secrets nor change anything. */
export const rightsOfPeople: Rights = (may) => [
  ...may.observeNetwork(),
  ...may.observeHosts(),
  ...may.run('survey'),
];

/** What restoring needs of the network. */
function mayRestore(may: Permissions): iam.PolicyStatement[] {
  return [...may.lookAtNetwork(), ...may.undoRules()];
}

function restorer(...scripts: readonly ScriptName[]): Rights {
  return (may) => [...mayRestore(may), ...may.run(...scripts)];
}
