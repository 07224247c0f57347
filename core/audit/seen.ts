import type { Inventory } from '../inventory.ts';
import type { AuditPort, Cell, Connections, Counters } from './audit.ts';

/** What a host told of itself: what listens, which rules stop packets. */
export interface Here {
  readonly listens: readonly number[];
  readonly stops: readonly string[];
}

/** All that an audit found out, before it is put into words. Instants are epoch milliseconds. */
export interface AuditSeen {
  readonly auditId: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly inventory: Inventory;
  /** Instance id → why it could not be asked. */
  readonly silent: Readonly<Record<string, string>>;
  readonly ports: readonly AuditPort[];
  readonly cells: readonly Cell[];
  readonly here: ReadonlyMap<string, Here>;
  /** Instance id → address → a letter of `RoutesAnswer`. */
  readonly routes: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly connections: readonly Connections[];
  readonly counters: readonly Counters[];
  readonly runs: readonly string[];
  readonly notes: readonly string[];
}
