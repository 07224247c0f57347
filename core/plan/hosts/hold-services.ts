import type { FaultOf } from '../../fault.ts';
import type { HoldService } from '../../step.ts';
import { servedNodes } from '../chosen.ts';
import type { PartRequest } from '../plan-request.ts';
import { hostStep } from './host-step.ts';

/** Each node's service is stopped, or its process made to stand still. */
export function holdServices(
  fault: FaultOf<'service-stop'> | FaultOf<'service-freeze'>,
  request: PartRequest,
): HoldService[] {
  const { how, name, does } =
    fault.kind === 'service-stop'
      ? { how: 'stop' as const, name: fault.unit, does: `stop the service ${fault.unit}` }
      : {
          how: 'freeze' as const,
          name: fault.process,
          does: `let ${fault.process} stand still`,
        };
  return servedNodes(fault, request.inventory).map((host) => ({
    ...hostStep('hold-service', { host, does }, request),
    how,
    name,
  }));
}
