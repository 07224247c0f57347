import type { Intensity } from '../../core/fault.ts';
import type { RunItem } from '../../core/journal.ts';
import { isHostStep } from '../../core/step.ts';
import type { HostCut, HostReroute, HostStep, Step } from '../../core/step.ts';
import type { ScriptName } from '../../core/script-names.ts';

/** A script of a host and the texts of its parameters. */
export interface HostScript {
  readonly script: ScriptName;
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * The script that does a step on its host for a run, from the step's window in the run's times. Nothing of
 * the run may be in force after its restoreAt, whatever a window says.
 */
export function hostScriptOf(step: HostStep, run: RunItem): HostScript {
  const common = commonParameters(step, run);
  switch (step.kind) {
    case 'host-cut':
      return { script: 'cut', parameters: { ...common, ...cutParameters(step) } };
    case 'host-reroute':
      return { script: 'reroute', parameters: { ...common, ...rerouteParameters(step) } };
    case 'host-route': {
      const { peers, how } = step;
      return { script: 'route', parameters: { ...common, Peers: peers.join(','), How: how } };
    }
    case 'hold-service': {
      const { how, name } = step;
      return { script: 'service', parameters: { ...common, How: how, Name: name } };
    }
    case 'pause-xdr': {
      const { address, port, how, dc, namespaces, rewind = 'none' } = step;
      const where = { Address: address, Port: String(port), How: how, Dc: dc };
      const what = { Namespaces: namespaces.join(','), Rewind: String(rewind) };
      return { script: 'xdr', parameters: { ...common, ...where, ...what } };
    }
  }
}

function commonParameters(
  step: HostStep,
  { runId, injectAt = 0, restoreAt = 0 }: RunItem,
): Record<string, string> {
  const { part = 0, window } = step;
  const endAt = window === undefined ? restoreAt : Math.min(restoreAt, injectAt + window.endMs);
  return {
    RunId: runId,
    Part: String(part),
    InjectAt: String(injectAt + (window?.startMs ?? 0)),
    RestoreAt: String(endAt),
  };
}

function cutParameters(step: HostCut): Record<string, string> {
  const { peers, ports, packets, direction, intensity, local } = step;
  return {
    Ports: ports.join(','),
    Peers: peers.join(','),
    Packets: packets,
    Direction: direction,
    Per: intensity?.per ?? 'packet',
    Local: localOf(local),
    ...filterParameters(step),
  };
}

function rerouteParameters(step: HostReroute): Record<string, string> {
  const { peers, ports, to, source = 'none' } = step;
  const whom = { Ports: ports.join(','), Peers: peers.join(',') };
  return { ...whom, To: to, Source: source, ...filterParameters(step) };
}

function filterParameters({ filter, intensity, flapping }: HostCut | HostReroute) {
  const flap = flapping === undefined ? 'none' : `${flapping.onSeconds}-${flapping.offSeconds}`;
  return { Filter: filter ?? 'auto', Share: shareOf(intensity), Flap: flap };
}

function shareOf({ percent, every }: Partial<Intensity> = {}): string {
  if (percent !== undefined) return `${percent}%`;
  return every === undefined ? 'all' : `1/${every}`;
}

function localOf(local: HostCut['local']): string {
  if (local === undefined) return 'any';
  return 'device' in local ? `dev:${local.device}` : local.address;
}

/** The scripts by which these steps are applied and restored, each once. */
export function scriptsOf(steps: readonly Step[]): ScriptName[] {
  const restoring = steps.some(isHostStep) ? ['restore' as const] : [];
  return [...new Set([...steps.flatMap((step) => scriptOf(step) ?? []), ...restoring])];
}

function scriptOf(step: Step): ScriptName | undefined {
  switch (step.kind) {
    case 'host-cut':
      return 'cut';
    case 'host-reroute':
      return 'reroute';
    case 'host-route':
      return 'route';
    case 'hold-service':
      return 'service';
    case 'pause-xdr':
      return 'xdr';
    case 'sever':
      return 'sever';
    default:
      return undefined;
  }
}
