import type { Row } from './row.ts';
import { ACL_ASSOCIATION_ROWS } from './rows/acl-associations.ts';
import { AUTHORIZE_ROWS } from './rows/authorize.ts';
import { DESCRIBE_ROWS } from './rows/describe.ts';
import { GROUP_ROWS } from './rows/groups.ts';
import { INTERFACE_ROWS } from './rows/interfaces.ts';
import { MODIFY_REFUSAL_ROWS } from './rows/modify-refusals.ts';
import { MODIFY_ROWS } from './rows/modify.ts';
import { ACL_ROWS } from './rows/network-acls.ts';
import { PERMISSION_ROWS } from './rows/permissions.ts';
import { QUOTA_ROWS } from './rows/quotas.ts';
import { REVOKE_ROWS } from './rows/revoke.ts';

/** Every behaviour of EC2 that aerofault relies on, or must not fall over. */
export const ROWS: readonly Row[] = [
  ...INTERFACE_ROWS,
  ...GROUP_ROWS,
  ...AUTHORIZE_ROWS,
  ...PERMISSION_ROWS,
  ...REVOKE_ROWS,
  ...MODIFY_ROWS,
  ...MODIFY_REFUSAL_ROWS,
  ...DESCRIBE_ROWS,
  ...QUOTA_ROWS,
  ...ACL_ROWS,
  ...ACL_ASSOCIATION_ROWS,
];
