/** Which credentials services let in where the cluster is in another account. */
import { labAccount } from '../../lab/assembly/physical-names.ts';
import type { Sts } from '../../lab/cloud/sts.ts';
import { notLetIn, operationOf } from './faults.ts';
import { clusterAccount } from './target-of-the-lab.ts';
import type { Fate } from './virtual-lambda.ts';
import type { WireRequest } from './wire-messages.ts';

/** Services of the account that the cluster is in. */
const there = new Set(['ec2', 'ssm', 'cloudwatch', 'secrets_manager']);

/** The doors of all services of two accounts, each of which lets its own account in. */
export class Doors {
  sts: Sts | undefined;
  readonly calls = new Set<string>();
  readonly strays = new Set<string>();

  /** What happens to a call, `fate`, happens on its way to them. */
  behind(fate: Fate): Fate {
    return (call, deliver) => fate(call, () => this.#pass(call, deliver));
  }

  readonly #pass: Fate = async ({ state, request }, deliver) => {
    const service = request.host.split('.')[0] ?? '';
    // The freeze switch is a parameter at home.
    const isThere = there.has(service) && operationOf(request) !== 'ssm GetParameter';
    const { account, role } = this.#bearer(request);
    this.calls.add(`${state} ${service} ${role}`);
    if (account === (isThere ? clusterAccount : labAccount)) return deliver();
    this.strays.add(`${state} ${service} ${role}`);
    return notLetIn(request);
  };

  #bearer({ headers }: WireRequest): { account: string; role: string } {
    const key = /Credential=([^/]+)\//.exec(headers['authorization'] ?? '')?.[1] ?? '';
    if (key === 'lab') return { account: labAccount, role: 'home' };
    return this.sts?.bearerOf(key) ?? { account: 'none', role: 'nobody' };
  }
}
