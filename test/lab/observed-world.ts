import { EC2Client } from '@aws-sdk/client-ec2';
import type { Inventory } from '../../core/inventory.ts';
import { startEc2 } from '../../lab/cloud/ec2/server.ts';
import { Ec2State } from '../../lab/cloud/ec2/state.ts';
import { buildWorld } from '../../lab/vpc/world.ts';
import type { WorldPlan } from '../../lab/vpc/world.ts';
import { observeCluster } from '../../lambda/aws/observe.ts';

const onChange = () => Promise.reject(new Error('Cannot observe as nothing must be changed'));

/** A world of the lab as a run observes it: through the lab's EC2, by the SDK. */
export async function observedWorld(plan: WorldPlan): Promise<Inventory> {
  const state = new Ec2State(buildWorld(plan).inventory);
  const endpoint = await startEc2(state, { host: '127.0.0.1', port: 0, onChange });
  const credentials = { accessKeyId: 'lab', secretAccessKey: 'lab' };
  const client = new EC2Client({ endpoint: endpoint.url, region: 'eu-west-1', credentials });
  try {
    return await observeCluster(client, { cluster: plan.cluster, at: 1_000 });
  } finally {
    client.destroy();
    await endpoint.close();
  }
}
