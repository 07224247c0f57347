import { DescribeDocumentCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { ScriptName } from '../../core/script-names.ts';
import type { Clock, DocumentVersion, HostReply, Hosts } from '../gateways.ts';
import { agentsOnline } from './agents.ts';
import { once, patient } from './connection.ts';
import type { Connection } from './connection.ts';
import { gathered } from './gathered.ts';
import type { Waiting } from './gathered.ts';
import { askAbout } from './invocations.ts';
import type { Heard } from './invocations.ts';
import { commandInstancesMax, sendCommand } from './send-command.ts';
import type { Documents, Script } from './send-command.ts';

/** Pauses between questions: scripts mostly end within a second, so ask soon at first. */
const pausesMs = [300, 500, 800, 1_200] as const;
const longPauseMs = 2_000;

/**
 * Scripts on instances, through SSM Run Command.
 *
 * What is asked for in the same moment (same script, same parameters) is one command for up to fifty
 * instances; every invocation is judged alone, for a command as a whole counts neither Undeliverable nor
 * Delivery Timed Out as an error. SendCommand bears no token, so it is sent once. `refused` is only ever
 * its own answer. Once a command id exists, nothing but the script's own JSON line counts: Delivery Timed
 * Out is also what SSM says when the script ran and its answer was lost, and Undeliverable, Cancelled,
 * Terminated and a timeout leave open how far it came (Systems Manager user guide, "Understanding command
 * statuses"). Giving up waiting cancels nothing; scripts end by themselves, and refuse once their run's
 * time is over.
 *
 * A version may be named with its hash, so that a deployment in the middle of a run does not change what the
 * run does: one that is gone, or that was deleted and made anew with another text, is refused, with nothing run.
 */
export function ssmHosts(
  connection: Connection,
  { documents, clock }: { documents: Documents; clock: Clock },
): Hosts {
  const single = new SSMClient(once(connection));
  const asking = new SSMClient(patient(connection));
  const order = gathered<Order, HostReply>((batch) => carryOut(batch, { client: single, clock }), {
    clock,
    keyOf: ({ script }) => JSON.stringify(script),
  });
  return {
    async run(
      instanceId,
      script,
      { parameters, waitSeconds, document: pinned, orDefault = false },
    ) {
      const document = documentOf(script, documents);
      const until = clock.now() + 1000 * waitSeconds;
      return order({
        instanceId,
        until,
        script: { script, document, pinned, orDefault, parameters },
      });
    },
    online: async (instanceIds) => new Set((await agentsOnline(asking, instanceIds)).keys()),
    agents: (instanceIds) => agentsOnline(asking, instanceIds),
    async versions(scripts) {
      const found = scripts.map(async (script) => {
        const document = documentOf(script, documents);
        return [script, await defaultVersion(asking, document)] as const;
      });
      return Object.fromEntries(await Promise.all(found));
    },
  };
}

/** One script for one instance, and until when its end is awaited, in epoch milliseconds. */
interface Order {
  readonly instanceId: string;
  readonly script: Script;
  readonly until: number;
}

type Batch = readonly Waiting<Order, HostReply>[];

interface Means {
  readonly client: SSMClient;
  readonly clock: Clock;
}

/** The orders of a batch have one script in common; an instance that is in it twice runs it once. */
async function carryOut(batch: Batch, means: Means): Promise<void> {
  const ids = [...new Set(batch.map(({ order }) => order.instanceId))];
  const chunks = Array.from({ length: Math.ceil(ids.length / commandInstancesMax) }, (_, index) =>
    ids.slice(index * commandInstancesMax, (index + 1) * commandInstancesMax),
  );
  await Promise.all(chunks.map((chunk) => carryOutOn(chunk, batch, means)));
}

async function carryOutOn(
  instanceIds: readonly string[],
  batch: Batch,
  means: Means,
): Promise<void> {
  const [first] = batch;
  if (first === undefined) return;
  const sent = await sendCommand(means.client, first.order.script, instanceIds);
  await Promise.all(
    sent.map(async (one) => {
      const ids = new Set(one.instanceIds);
      const own = batch.filter(({ order }) => ids.has(order.instanceId));
      if ('commandId' in one) await awaitEnds(own, one.commandId, means);
      else for (const { settle } of own) settle(one.reply);
    }),
  );
}

/** Asks until every invocation has ended or its time is up; the last question falls on the end of it. */
async function awaitEnds(batch: Batch, commandId: string, { client, clock }: Means): Promise<void> {
  let left = batch;
  for (let asked = 0; left.length > 0; asked += 1) {
    const now = clock.now();
    const ids = [...new Set(left.map(({ order }) => order.instanceId))];
    const heard = await askAbout(client, commandId, ids);
    left = left.filter(({ order, settle }) => {
      const one = heard.get(order.instanceId) ?? nothingYet;
      if (one.kind === 'ended') settle(one.reply);
      else if (one.kind === 'unreadable') settle(unknown(one.reason, one.cause));
      else if (now < order.until) return true;
      else
        settle(unknown(`SSM command ${commandId} has not ended in time: ${one.heard}`, one.cause));
      return false;
    });
    if (left.length === 0) return;
    const endsAt = Math.min(...left.map(({ order }) => order.until));
    await clock.sleep(Math.min(pausesMs[asked] ?? longPauseMs, Math.max(0, endsAt - clock.now())));
  }
}

/** DescribeDocument without a version describes the default one (API reference, `DocumentVersion`). */
async function defaultVersion(client: SSMClient, name: string): Promise<DocumentVersion> {
  const { Document } = await client.send(new DescribeDocumentCommand({ Name: name }));
  const { DefaultVersion: version, DocumentVersion: described = version } = Document ?? {};
  const { Hash: hash, HashType: type } = Document ?? {};
  const isHashed = type === 'Sha256' && described === version;
  if (version !== undefined) return isHashed ? { version, hash } : { version };
  throw new Error(`Cannot choose a version of ${name} as SSM must name its default: found none`);
}

const nothingYet: Heard = { kind: 'not-yet', heard: 'nothing yet' };

const unknown = (reason: string, cause?: unknown): HostReply => ({
  kind: 'unknown',
  reason,
  ...(cause === undefined ? {} : { cause }),
});

function documentOf(script: ScriptName, documents: Documents): string {
  const document = documents[script];
  if (document !== undefined) return document;
  const variable = `DOCUMENT_${script.toUpperCase()}`;
  throw new Error(`Cannot run script '${script}' as ${variable} must be set: found nothing`);
}
