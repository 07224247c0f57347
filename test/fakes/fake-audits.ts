import type { Audit } from '../../core/audit/audit.ts';
import type { Audits } from '../../lambda/gateways-of-audits.ts';

/** Documents of audits in memory, all of them. */
export class FakeAudits implements Audits {
  readonly kept: Audit[] = [];
  readonly #accepted = new Map<string, Audit>();

  async put(audit: Audit): Promise<void> {
    this.kept.push(audit);
  }

  async read(cluster: string, auditId: string): Promise<Audit | undefined> {
    return this.kept.find((one) => one.cluster === cluster && one.auditId === auditId);
  }

  async accepted(cluster: string): Promise<Audit | undefined> {
    return this.#accepted.get(cluster);
  }

  async accept(audit: Audit): Promise<void> {
    this.#accepted.set(audit.cluster, audit);
  }
}
