import { portNumbersOf } from '../../experiment.ts';
import type { FaultOf } from '../../fault.ts';
import { nodesOf } from '../../inventory.ts';
import type { Instance } from '../../inventory.ts';
import { Refusal } from '../../refusal.ts';
import type { PauseXdr } from '../../step.ts';
import { nodeSurveyOf } from '../../surveyed.ts';
import { isOlder } from '../../version.ts';
import type { PartRequest } from '../plan-request.ts';
import { hostStep } from './host-step.ts';

/** The first server without force-linkdown, whose namespaces are added and removed by themselves. */
const namespacesSince = '5.0';

/** Every node of the cluster stops shipping to one destination, in the form that its build knows. */
export function pauseXdr(fault: FaultOf<'xdr-pause'>, request: PartRequest): PauseXdr[] {
  return nodesOf(request.inventory).map((node) => paused(node, fault, request));
}

function paused(
  host: Instance,
  { dc, namespaces, rewind }: FaultOf<'xdr-pause'>,
  request: PartRequest,
): PauseXdr {
  const how = formFor(host, request);
  if (how === 'force-linkdown' && rewind !== undefined) {
    throw new Refusal(
      `Cannot rewind on ${host.name} as its server must be ${namespacesSince} or newer: found an older one, which goes on where it was; leave rewind out`,
    );
  }
  const does =
    how === 'force-linkdown'
      ? `call the link to ${dc} down`
      : `stop shipping ${namespaces.join(', ')} to ${dc}`;
  return {
    ...hostStep('pause-xdr', { host, does }, request),
    address: host.address,
    port: portNumbersOf(request.experiment).service,
    how,
    dc,
    namespaces: [...namespaces],
    ...(rewind !== undefined && { rewind }),
  };
}

function formFor(host: Instance, { inventory }: PartRequest): PauseXdr['how'] {
  const build = nodeSurveyOf(host.id, inventory)?.build;
  if (build === undefined) {
    throw new Refusal(
      `Cannot pause XDR on ${host.name} as its node must say which version it is: found no answer`,
    );
  }
  return isOlder(build, namespacesSince) ? 'force-linkdown' : 'remove-namespaces';
}
