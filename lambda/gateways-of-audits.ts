import type { Audit } from '../core/audit/audit.ts';

/** Documents of audits, kept beside runs and apart from them: nothing of a run is read or written here. */
export interface Audits {
  /** Keeps it among the cluster's latest; the oldest of them makes room. A repeat replaces the first. */
  put(audit: Audit): Promise<void>;
  /** One of the latest. */
  read(cluster: string, auditId: string): Promise<Audit | undefined>;
  /** The one that others are held against. */
  accepted(cluster: string): Promise<Audit | undefined>;
  accept(audit: Audit): Promise<void>;
}
