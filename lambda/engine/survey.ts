import type { Instance, Survey } from '../../core/inventory.ts';
import { RefusedReply, SurveyReply } from '../../core/observation.ts';
import { infoTexts } from '../../core/probe/info-texts.ts';
import type { Gateways } from '../gateways.ts';
import { awaitAll } from './await-all.ts';

/** What is asked of hosts, and for which run. */
export interface Surveying {
  readonly runId: string;
  /** The numbers of the cluster's listeners. */
  readonly ports: readonly number[];
  /** Where nodes listen for clients, and answer for themselves. */
  readonly servicePort: number;
}

/** What hosts said of themselves, and why the others did not: instance id → reason. */
export interface Surveys {
  readonly surveys: Survey[];
  readonly silent: Record<string, string>;
  /** What a call of SSM threw, of those that are silent for that reason alone. */
  readonly failures: ReadonlyMap<string, unknown>;
  /** Those whose SSM agent is online. */
  readonly online: ReadonlySet<string>;
}

/** How long a survey is awaited, in seconds; the script ends within thirty. */
const surveyWaitSeconds = 35;

/**
 * Asks hosts what they are like, side by side; nothing is changed. One that does not answer is missing
 * from the surveys, and only a fault on it hangs on that.
 */
export async function surveyHosts(
  instances: readonly Instance[],
  surveying: Surveying,
  gateways: Pick<Gateways, 'hosts' | 'clock'>,
): Promise<Surveys> {
  const agents = await gateways.hosts.agents(instances.map(({ id }) => id));
  const nodes = instances.filter(({ id, role }) => role !== 'client' && agents.has(id));
  const infos = infoTexts(nodes, surveying.servicePort);
  const sentAt = gateways.clock.now();
  const answers = await awaitAll(
    instances.map(async (instance) => {
      const agent = agents.get(instance.id);
      if (agent === undefined) return { instance, answer: { why: 'its SSM agent is not online' } };
      const info = infos.get(instance.id) ?? 'none';
      const asked = { ...surveying, sentAt, agent, info };
      return { instance, answer: await surveyHost(instance, asked, gateways) };
    }),
  );
  const surveys: Survey[] = [];
  const silent: Record<string, string> = {};
  const failures = new Map<string, unknown>();
  for (const { instance, answer } of answers) {
    if (!('why' in answer)) surveys.push(answer);
    else silent[instance.id] = answer.why;
    if ('cause' in answer && answer.cause !== undefined) failures.set(instance.id, answer.cause);
  }
  return { surveys, silent, failures, online: new Set(agents.keys()) };
}

/** Why there is no survey of a host. */
interface Silence {
  readonly why: string;
  readonly cause?: unknown;
}

async function surveyHost(
  instance: Instance,
  asked: Surveying & { sentAt: number; agent: string; info: string },
  { hosts, clock }: Pick<Gateways, 'hosts' | 'clock'>,
): Promise<Survey | Silence> {
  const { sentAt, agent } = asked;
  const reply = await hosts.run(instance.id, 'survey', {
    parameters: parametersFor(asked),
    waitSeconds: surveyWaitSeconds,
  });
  const receivedAt = clock.now();
  const by = ` (SSM agent ${agent || 'unknown'})`;
  if (reply.kind !== 'answered') return { why: `${reply.reason}${by}`, cause: reply.cause };
  const parsed = SurveyReply.safeParse(reply.json);
  if (!parsed.success) {
    const refused = RefusedReply.safeParse(reply.json).data;
    return { why: refused?.reason ?? `its answer cannot be read${by}` };
  }
  return surveyFrom(parsed.data, { instanceId: instance.id, agent, sentAt, receivedAt });
}

/** The same words for as many as can be, so that one command asks all of them. */
function parametersFor({
  runId,
  ports,
  sentAt,
  info,
}: Surveying & { sentAt: number; info: string }): Record<string, string> {
  return { RunId: runId, SentAt: String(sentAt), Ports: ports.join(','), Info: info };
}

/** Who answered, by which agent, and when it was asked and heard, by our clock. */
interface Answering {
  readonly instanceId: string;
  readonly agent: string;
  readonly sentAt: number;
  readonly receivedAt: number;
}

function surveyFrom(
  { clock, iptables, node, at, script: _, ...rest }: SurveyReply,
  { instanceId, agent, sentAt, receivedAt }: Answering,
): Survey {
  return {
    ...rest,
    instanceId,
    ...(agent === '' ? {} : { agent }),
    clock: clock ?? clockByRoundTrip(at, { sentAt, receivedAt }),
    ...(iptables ? { iptables } : {}),
    ...(node ? { node } : {}),
  };
}

/** The host said `at` somewhere between our two instants; the middle is wrong by half of it at most. */
function clockByRoundTrip(
  at: number,
  { sentAt, receivedAt }: Pick<Answering, 'sentAt' | 'receivedAt'>,
): NonNullable<Survey['clock']> {
  const offsetMs = at - (sentAt + receivedAt) / 2;
  return { offsetMs, errorMs: (receivedAt - sentAt) / 2, by: 'round-trip' };
}
