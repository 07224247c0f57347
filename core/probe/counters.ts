import { infoPortOf } from '../info-port.ts';
import { nodesOf } from '../inventory.ts';
import type { Question, Subject } from '../probe.ts';

/**
 * What a node has counted since it started, in the order in which host/counters.bash tells it; namespaces
 * are added up. Names as in aerospike-server, `statistics` and `namespace/NS`, 4.9 to 8.1.
 */
export const counterNames = [
  'client_connections_opened',
  'client_connections_closed',
  'heartbeat_connections_opened',
  'heartbeat_connections_closed',
  'fabric_connections_opened',
  'fabric_connections_closed',
  'client_read_success',
  'client_read_error',
  'client_read_timeout',
  'client_write_success',
  'client_write_error',
  'client_write_timeout',
  'client_tsvc_timeout',
  'client_proxy_complete',
  'client_proxy_error',
  'client_proxy_timeout',
  'retransmit_all_write_repl_write',
  'migrate_record_retransmits',
] as const;
/** The name of a counter. */
export type CounterName = (typeof counterNames)[number];

/** Asks every node, on itself, for its counters. */
export function counterQuestions({
  experiment,
  inventory,
}: Pick<Subject, 'experiment' | 'inventory'>): Question[] {
  return nodesOf(inventory).map(({ id, address }) => ({
    from: id,
    item: `counters/${address}/${infoPortOf(experiment)}`,
    purpose: 'counters',
  }));
}
