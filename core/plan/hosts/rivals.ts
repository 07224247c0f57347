import type { Inventory } from '../../inventory.ts';
import { Refusal } from '../../refusal.ts';
import type { HostStep } from '../../step.ts';
import type { PlannedPart } from './plan-hosts.ts';

/**
 * Packet filters of several parts stand side by side. What a host has but one of, a service, a route or a
 * shipment, only one part at a time may hold: the first to end would end it for the other, too.
 *
 * @throws Refusal that names the two parts, counted from 1, and the host.
 */
export function refuseRivals(parts: readonly PlannedPart[], { instances }: Inventory): void {
  const claims = parts.flatMap(({ request, steps }) =>
    steps.flatMap((step) =>
      claimsOf(step).map((claim) => ({ claim, request, instanceId: step.instanceId })),
    ),
  );
  for (const rivals of Map.groupBy(claims, ({ claim }) => claim).values()) {
    const inTurn = rivals.toSorted((a, b) => a.request.window.startMs - b.request.window.startMs);
    for (const [at, later] of inTurn.entries()) {
      const earlier = inTurn[at - 1];
      if (earlier === undefined || later.request.window.startMs > earlier.request.window.endMs) {
        continue;
      }
      const host = instances.find(({ id }) => id === later.instanceId)?.name ?? later.instanceId;
      throw new Refusal(
        `Cannot do part ${later.request.part + 1} on ${host} as it must begin at least 1 s after another part that holds the same there: found part ${earlier.request.part + 1}`,
      );
    }
  }
}

/** What only one part may hold, told apart by host. */
function claimsOf(step: HostStep): string[] {
  const { instanceId } = step;
  switch (step.kind) {
    case 'host-cut':
    case 'host-reroute':
      return [];
    case 'host-route':
      return step.peers.map((peer) => `${instanceId} route ${peer}`);
    case 'hold-service':
      return [`${instanceId} service`];
    case 'pause-xdr':
      return [`${instanceId} xdr ${step.dc}`];
  }
}
