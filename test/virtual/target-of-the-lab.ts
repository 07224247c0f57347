import { labAccount } from '../../lab/assembly/physical-names.ts';

/** The account that clusters of a lab of two accounts are in; the deployment is in the lab's own. */
export const clusterAccount = '222222222222';

/** What tells the app to make both of its stacks for that. */
export const twoAccounts: Readonly<Record<string, string>> = {
  homeAccount: labAccount,
  targetAccount: clusterAccount,
  externalId: 'two-accounts-of-the-lab',
};
