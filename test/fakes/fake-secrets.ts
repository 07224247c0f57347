import { Refusal } from '../../core/refusal.ts';
import type { SealOrder, Secrets } from '../../lambda/gateways-of-secrets.ts';

/** Secrets by name: the cluster that each is for. What is sealed is the name of the host that may open it. */
export class FakeSecrets implements Secrets {
  readonly clusters = new Map<string, string>();

  async sealed({ secret, cluster, keys }: SealOrder): Promise<Map<string, string>> {
    if (this.clusters.get(secret) !== cluster) {
      throw new Refusal(`Cannot log in by secret "${secret}" as it must be there: found none`);
    }
    return new Map([...keys].map(([id]) => [id, Buffer.from(id).toString('base64')]));
  }
}
