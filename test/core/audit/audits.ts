import type { Cell } from '../../../core/audit/audit.ts';
import { pairsOf } from '../../../core/audit/cells.ts';
import { portsAt, portsOf } from '../../../core/audit/ports.ts';
import type { AuditSeen } from '../../../core/audit/seen.ts';
import type { Inventory } from '../../../core/inventory.ts';
import { aClient, aGroup, anInventory, groupPeer, someNodes, tcp } from '../inventories.ts';

/** Two nodes and a client; nodes admit each other's 3000-3002, and the client's 3000. */
export const usual = (): Inventory =>
  anInventory({
    instances: [...someNodes(2), aClient(1)],
    groups: [
      aGroup('nodes', [
        tcp('3000-3003', groupPeer('sg-nodes')),
        tcp('3000', groupPeer('sg-clients')),
      ]),
      aGroup('clients', []),
    ],
  });

/** What an audit of it saw: open where nothing else is said. */
export function seenOn(
  inventory: Inventory,
  answers: (cell: Omit<Cell, 'answer'>) => Cell['answer'] | undefined = () => undefined,
  changes: Partial<AuditSeen> = {},
): AuditSeen {
  const ports = portsOf(inventory, 3000);
  const cells = pairsOf(inventory).flatMap(([from, to]) =>
    portsAt(to, ports, inventory).map(({ port }) => {
      const cell = { from: from.id, to: to.id, port };
      return { ...cell, answer: answers(cell) ?? ('open' as const) };
    }),
  );
  const nodes = inventory.instances.filter(({ role }) => role === 'node');
  return {
    auditId: 'audit1',
    startedAt: 1_000,
    endedAt: 9_000,
    inventory,
    silent: {},
    ports,
    cells,
    here: new Map(
      nodes.map(({ id }) => [id, { listens: [3000, 3001, 3002, 3003], stops: [] }] as const),
    ),
    routes: new Map(),
    connections: [],
    counters: [],
    runs: [],
    notes: [],
    ...changes,
  };
}
