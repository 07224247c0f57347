import type { ScriptName } from '../../core/script-names.ts';
import type { FakeCluster } from './fake-cluster.ts';
import type { FakeHost, ScriptEnd } from './fake-host.ts';
import type { FakeMarkers } from './fake-markers.ts';
import type { Parameters } from './fake-part.ts';
import type { FakeProbe } from './fake-probe.ts';

/** A machine as its scripts find it; `node` is its node's own word. */
export interface Machine {
  readonly instanceId: string;
  readonly host: FakeHost;
  readonly probe: FakeProbe;
  readonly markers: FakeMarkers;
  readonly node: () => object;
}

/** One script on one machine. */
export function carryOut(
  script: ScriptName,
  parameters: Parameters,
  { instanceId, host, probe, markers, node }: Machine,
): Promise<ScriptEnd> {
  switch (script) {
    case 'cut':
    case 'reroute':
    case 'route':
    case 'service':
    case 'xdr':
      return host.change(script, parameters);
    case 'restore':
      return host.restore(parameters);
    case 'sever':
      return host.sever(parameters, () => probe.sever(instanceId, parameters));
    case 'probe':
      return probe.run(instanceId, parameters);
    case 'survey':
      return host.survey(parameters, node());
    case 'access':
      return Promise.resolve(host.access.run(parameters));
    case 'markers':
      return Promise.resolve(markers.run(instanceId, parameters));
  }
}

/** What the node on a machine says of itself. */
export function nodeOn(instanceId: string, cluster: FakeCluster): object {
  const { principal, build } = cluster.view(instanceId, 0);
  return {
    id: instanceId,
    build,
    principal,
    ports: { service: 3000, fabric: 3001, heartbeat: 3002, admin: 3003 },
    fabricAddresses: [cluster.addressOf(instanceId)],
    strong: [],
    namespaces: [{ name: 'test', replicationFactor: 2, strong: false }],
  };
}
