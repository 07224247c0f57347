import { Refusal } from '../../refusal.ts';
import { routeOfPackets } from '../../route-of-packets.ts';
import type { HostRoute } from '../../step.ts';
import type { PartRequest } from '../plan-request.ts';
import type { FaultCuts } from '../request-cuts.ts';
import { editsOf } from './edits.ts';
import { hostStep, peerAddresses } from './host-step.ts';
import { someNames } from './words.ts';

/** Each edited host loses its way to exactly those it is cut from, on every port. */
export function hostRoutes(request: PartRequest, fault: FaultCuts): HostRoute[] {
  const { packets } = request.experiment;
  const how = routeOfPackets[packets];
  if (how === undefined) {
    throw new Refusal(
      `Cannot answer ${packets} by routes as packets must be one of ${Object.keys(routeOfPackets).join(', ')}: found '${packets}'`,
    );
  }
  return editsOf(request, fault).map(({ host, peers }) => ({
    ...hostStep(
      'host-route',
      { host, does: `${how} routes to ${someNames(peers.map(({ name }) => name))}, every port` },
      request,
    ),
    peers: peerAddresses(host, peers, request),
    how,
  }));
}
