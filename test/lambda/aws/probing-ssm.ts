import * as z from 'zod';
import { ssmHosts } from '../../../lambda/aws/hosts.ts';
import type { Hosts } from '../../../lambda/gateways.ts';
import { aView } from '../../core/answers.ts';
import { ownQuestions } from '../../fakes/own-questions.ts';
import { httpFake, json, jsonIn, quickClock } from './http-fake.ts';
import type { Asked, Reply } from './http-fake.ts';
import { scriptDocuments } from './script-documents.ts';

const Order = z.object({
  InstanceIds: z.array(z.string()),
  Parameters: z.object({ Probes: z.tuple([z.string()]) }),
});

/** One SendCommand: how many hosts it was for, and their text. */
export interface Sent {
  readonly hosts: number;
  readonly text: string;
}

/**
 * An SSM over HTTP whose hosts run probe.sh in no time and answer every question as a healthy cluster does; the
 * gateway in front of it is the deployed one, by a clock that does not sleep. Ends with `stop`.
 */
export async function probingSsm(): Promise<{
  hosts: Hosts;
  sent: Sent[];
  stop: () => Promise<void>;
}> {
  const orders: z.infer<typeof Order>[] = [];
  const sent: Sent[] = [];
  const answer = (request: Asked): Reply => {
    if (request.action === 'SendCommand') {
      const order = Order.parse(jsonIn(request));
      sent.push({ hosts: order.InstanceIds.length, text: order.Parameters.Probes[0] });
      return json({ Command: { CommandId: `c-${orders.push(order) - 1}` } });
    }
    const { InstanceIds: ids, Parameters } = orderAsked(request, orders);
    const [text] = Parameters.Probes;
    if (request.action === 'GetCommandInvocation') {
      const line = lineOf(text, String(jsonIn(request)['InstanceId']));
      return json({ ...ended, ResponseCode: 0, StandardOutputContent: line });
    }
    const invocations = ids.map((id) => ({
      ...ended,
      InstanceId: id,
      CommandPlugins: [{ Name: 'probe', Output: lineOf(text, id), ResponseCode: 0 }],
    }));
    return json({ CommandInvocations: invocations });
  };
  const fake = await httpFake(answer);
  const hosts = ssmHosts(fake.connection, { documents: scriptDocuments, clock: quickClock() });
  return { hosts, sent, stop: () => fake.stop() };
}

const ended = { Status: 'Success', StatusDetails: 'Success' };

function orderAsked(request: Asked, orders: readonly z.infer<typeof Order>[]) {
  const index = Number(String(jsonIn(request)['CommandId']).slice(2));
  const order = orders[index];
  if (order === undefined) throw new Error(`Cannot answer for command ${index}: found none`);
  return order;
}

function lineOf(text: string, id: string): string {
  const items = ownQuestions(text, id) ?? [];
  const results = items.map((probe) => ({ probe, ...healthy(probe) }));
  return `${JSON.stringify({ script: 'probe', run: 'run1', at: 1_700_000_000_000, results })}\n`;
}

function healthy(item: string): object {
  const [verb = '', , , more] = item.split('/');
  if (verb === 'new') return { answer: 'open', ms: 1 };
  if (verb === 'kept') return { answer: 'alive', lastAt: 1_700_000_000_000 };
  if (verb === 'view') return { ...view, size: Number(more) };
  return { answer: verb === 'record' ? 'recording' : verb === 'stop' ? 'stopped' : 'open' };
}

const view = aView('BB9020011AC4202', { heartbeats: 99, fabric: 2376 });
