import { paginateDescribeInstanceInformation } from '@aws-sdk/client-ssm';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { isCode } from './failure.ts';

/** Most instance ids in one filter; also the largest page (DescribeInstanceInformation, 5–50). */
const instancesMax = 50;

/** The SSM agents that answer, of these instances: instance id → version, empty where SSM names none. */
export async function agentsOnline(
  client: SSMClient,
  instanceIds: readonly string[],
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (let start = 0; start < instanceIds.length; start += instancesMax) {
    const chunk = instanceIds.slice(start, start + instancesMax);
    for (const [id, version] of await onlineAmong(client, chunk)) found.set(id, version);
  }
  return found;
}

type Agents = (readonly [id: string, version: string])[];

/** One id that SSM does not like fails the question for all, so then each is asked for alone. */
async function onlineAmong(client: SSMClient, instanceIds: readonly string[]): Promise<Agents> {
  try {
    return await askOnline(client, instanceIds);
  } catch (error) {
    if (!isCode(error, 'InvalidInstanceId')) throw error;
  }
  if (instanceIds.length < 2) return [];
  const alone: Agents = [];
  for (const id of instanceIds) alone.push(...(await onlineAmong(client, [id])));
  return alone;
}

async function askOnline(client: SSMClient, instanceIds: readonly string[]): Promise<Agents> {
  const Filters = [{ Key: 'InstanceIds', Values: [...instanceIds] }];
  const pages = paginateDescribeInstanceInformation(
    { client, pageSize: instancesMax },
    { Filters },
  );
  const found: Agents = [];
  for await (const { InstanceInformationList = [] } of pages) {
    for (const { InstanceId: id, PingStatus, AgentVersion = '' } of InstanceInformationList) {
      if (id !== undefined && PingStatus === 'Online') found.push([id, AgentVersion]);
    }
  }
  return found;
}
