import type { Access } from '../../core/access.ts';
import { AccessReply } from '../../core/access/reply.ts';
import { sealedTexts } from '../../core/access/sealed-texts.ts';
import type { Instance, Inventory } from '../../core/inventory.ts';
import type { Gateways } from '../gateways.ts';
import { awaitAll } from './await-all.ts';

/** Whose questions need access, and until when (epoch milliseconds). */
export interface AskedAccess {
  readonly access: Access;
  readonly runId: string;
  readonly until: number;
  readonly inventory: Inventory;
}

type Touched = Pick<Gateways, 'hosts' | 'secrets'>;

/** Instance id → why a host cannot ask its node. */
type Unopened = Readonly<Record<string, string>>;

/** How long the script is awaited, in seconds; making a key takes it a second at most. */
const waitSeconds = 20;

/**
 * Gives hosts what they need to ask their nodes, for as long as `use` and what follows it take. Where `use`
 * fails it is taken away again at once; else it goes with the run's probes, or when its time is over.
 */
export async function withAccess<Value>(
  asked: AskedAccess | undefined,
  gateways: Touched,
  use: (unopened: Unopened) => Promise<Value>,
): Promise<Value> {
  if (asked === undefined) return use({});
  try {
    return await use(await openAccess(asked, gateways));
  } catch (error) {
    await closeAccess(asked, gateways);
    throw error;
  }
}

/**
 * Hands every host with a node the login sealed to a key of that host's own, made for this run: what SSM keeps
 * of it can be opened by nobody else, and by nobody at all once it was used.
 *
 * @throws Refusal where the secret cannot be had.
 */
async function openAccess(asked: AskedAccess, gateways: Touched): Promise<Unopened> {
  const hosts = await askersOf(asked, gateways);
  const { login } = asked.access;
  if (login === undefined) {
    const opened = hosts.map(({ id }) => openOn(id, 'none', asked, gateways));
    return Object.fromEntries((await awaitAll(opened)).flat());
  }
  const made = await awaitAll(
    hosts.map(async ({ id }) => ({ id, reply: await run(id, { Action: 'key' }, asked, gateways) })),
  );
  const keys = new Map(
    made.flatMap(({ id, reply }) => (reply.key ? [[id, reply.key] as const] : [])),
  );
  const without = made.flatMap(({ id, reply }) =>
    reply.key ? [] : [[id, reasonIn(reply)] satisfies Pair],
  );
  const opened = keys.size === 0 ? [] : await openAll(keys, hosts, asked, gateways);
  return Object.fromEntries<string>([...without, ...opened]);
}

/** Those whose nodes are asked, each by itself, and whose agents answer. Clients ask for nothing that needs a login. */
async function askersOf({ inventory }: AskedAccess, { hosts }: Touched): Promise<Instance[]> {
  const askers = inventory.instances.filter(({ role }) => role !== 'client');
  const online = await hosts.online(askers.map(({ id }) => id));
  return askers.filter(({ id }) => online.has(id));
}

type Pair = [id: string, reason: string];

async function openAll(
  keys: ReadonlyMap<string, string>,
  hosts: readonly Instance[],
  asked: AskedAccess,
  gateways: Touched,
): Promise<Pair[]> {
  const { access, inventory } = asked;
  const secret = access.login?.secret ?? '';
  const sealed = await gateways.secrets.sealed({ secret, cluster: inventory.cluster, keys });
  const texts = sealedTexts(
    hosts.flatMap(({ id, address }) => {
      const own = sealed.get(id);
      return own === undefined ? [] : [{ id, address, sealed: own }];
    }),
  );
  const opened = texts.flatMap(({ text, ids }) =>
    ids.map((id) => openOn(id, text, asked, gateways)),
  );
  return (await awaitAll(opened)).flat();
}

async function openOn(
  id: string,
  login: string,
  asked: AskedAccess,
  gateways: Touched,
): Promise<Pair[]> {
  const reply = await run(id, { Action: 'open', Login: login }, asked, gateways);
  return reply.outcome === 'opened' ? [] : [[id, reasonIn(reply)]];
}

/** Takes what hosts keep for the run away; one that does not answer deletes it when its time is over. */
export async function closeAccess(asked: AskedAccess, gateways: Touched): Promise<void> {
  const hosts = await askersOf(asked, gateways).catch(() => []);
  await Promise.allSettled(hosts.map(({ id }) => run(id, { Action: 'close' }, asked, gateways)));
}

type Heard = Partial<AccessReply>;

async function run(
  id: string,
  own: Readonly<Record<string, string>>,
  { access: { tls }, runId, until }: AskedAccess,
  { hosts }: Touched,
): Promise<Heard> {
  const reply = await hosts.run(id, 'access', {
    parameters: {
      RunId: runId,
      Until: String(until),
      Tls: tls?.name ?? 'none',
      CaFile: tls?.caFile ?? 'system',
      Login: 'none',
      ...own,
    },
    waitSeconds,
  });
  if (reply.kind !== 'answered') return { reason: reply.reason };
  return AccessReply.safeParse(reply.json).data ?? { reason: 'its answer cannot be read' };
}

const reasonIn = ({ reason = 'it did not say why' }: Heard): string => reason;
