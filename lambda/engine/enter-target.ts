import { Refusal, RoleDenied } from '../../core/refusal.ts';
import type { Gateways } from '../gateways.ts';

/**
 * Sees that the account that the clusters are in lets us in, before a run touches anything.
 *
 * @throws Refusal where it does not.
 */
export async function enterTarget({ target }: Pick<Gateways, 'target'>): Promise<void> {
  await target?.enter().catch((error: unknown) => {
    throw error instanceof RoleDenied ? new Refusal(error.message) : error;
  });
}
