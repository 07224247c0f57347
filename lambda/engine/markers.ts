import { portNumbersOf } from '../../core/experiment.ts';
import { clientsOf } from '../../core/inventory.ts';
import type { Views } from '../../core/judge.ts';
import type { Markers } from '../../core/markers/asked.ts';
import { MarkersReply } from '../../core/markers/reply.ts';
import type { MarkersNote } from '../../core/markers/reply.ts';
import { sidesSeen, sidesText } from '../../core/markers/sides.ts';
import type { Gateways } from '../gateways.ts';
import type { RunContext } from './run-context.ts';

/** No record is tried later than this before restore, for every one must fall into the split. */
const beforeRestoreMs = 1_500;

/** Less than this is no time to write in. */
const leastMs = 1_000;

/** How long records are tried; they take some hundred milliseconds where all goes well. */
const tryMs = 8_000;

/** The way to a host and back. */
const wayMs = 6_000;

/** Clients that are asked for their package before it is given up. */
const clientsMax = 3;

/**
 * Writes marker records through each side that nodes have just told of, by the first client that can, and
 * reads them from each side. That it begins is noted before: from then on there may be records.
 */
export async function writeMarkers(
  context: RunContext,
  views: Views,
  gateways: Gateways,
): Promise<void> {
  const { experiment, inventory, run } = context;
  const { clock, journal } = gateways;
  if (experiment.markers === undefined) return;
  const before = await journal.notes(run.runId);
  if (before.some((note) => note.kind === 'markers' && note.phase === 'written')) return;
  const { sides, others } = sidesSeen(inventory, views);
  const names = sides.map((side) => side.map(({ name }) => name));
  const told = { sides: names, where: sidesText(sides), others };
  const until = Math.min(clock.now() + tryMs, (run.restoreAt ?? 0) - beforeRestoreMs);
  if (sides.length === 0) return unwritten('no node told which side it is on');
  if (until - clock.now() < leastMs) return unwritten('the hold had no time left for them');
  if (clientsOf(inventory).length === 0) {
    return unwritten('the cluster has no machine with the tag aerofault:role=client');
  }
  await noteMarkers(context, { ...told, phase: 'begun' }, gateways);
  const order = { action: 'write', where: told.where, until, markers: experiment.markers } as const;
  const written = await byAnyClient(context, order, gateways);
  await noteMarkers(context, { ...told, ...written, phase: 'written' }, gateways);

  async function unwritten(reason: string): Promise<void> {
    await noteMarkers(context, { ...told, phase: 'written', reason }, gateways);
  }
}

/**
 * Looks for what was written, then removes it. Repeated, it removes again what is gone already, but never
 * looks for what a removal took.
 */
export async function settleMarkers(
  context: RunContext,
  settled: boolean,
  gateways: Gateways,
): Promise<void> {
  const { markers } = context.experiment;
  const noted = (await gateways.journal.notes(context.run.runId)).filter(
    (note) => note.kind === 'markers',
  );
  const begun = noted.findLast(({ phase }) => phase === 'begun');
  if (begun === undefined || markers === undefined) return;
  const { sides, where, others } = begun;
  const told = { sides, where, others, settled };
  const order = () => ({ where, until: gateways.clock.now() + tryMs, markers });
  const isWritten = noted.some(({ reply }) => reply?.outcome === 'wrote');
  if (isWritten && !noted.some(({ phase }) => phase === 'read')) {
    const read = await byAnyClient(context, { ...order(), action: 'read' }, gateways);
    await noteMarkers(context, { ...told, ...read, phase: 'read' }, gateways);
  }
  const removed = await byAnyClient(context, { ...order(), action: 'remove' }, gateways);
  await noteMarkers(context, { ...told, ...removed, phase: 'removed' }, gateways);
}

/** What a client is to do, where, and until when it may try. */
interface Order {
  readonly action: 'write' | 'read' | 'remove';
  readonly where: string;
  readonly until: number;
  readonly markers: Markers;
}

type Done = Pick<MarkersNote, 'by' | 'reply' | 'reason'>;

/** Asks clients in turn, until one has what it takes. One that may have written is the last. */
async function byAnyClient(context: RunContext, order: Order, gateways: Gateways): Promise<Done> {
  let done: Done = { by: null, reply: null, reason: null };
  for (const { id } of clientsOf(context.inventory).slice(0, clientsMax)) {
    done = await byClient(id, context, order, gateways);
    const outcome = done.reply?.outcome;
    const isUnable = outcome === 'absent' || (outcome === undefined && order.action !== 'write');
    if (!isUnable) return done;
  }
  return done;
}

async function byClient(
  id: string,
  { run, experiment }: RunContext,
  { action, where, until, markers }: Order,
  { hosts, clock }: Gateways,
): Promise<Done> {
  const { namespace, set } = markers;
  const reply = await hosts.run(id, 'markers', {
    parameters: {
      RunId: run.runId,
      Action: action,
      Until: String(until),
      Namespace: namespace,
      Set: set,
      Port: String(portNumbersOf(experiment).service),
      Sides: where,
    },
    waitSeconds: (until - clock.now() + wayMs) / 1000,
  });
  if (reply.kind !== 'answered') return { by: id, reply: null, reason: reply.reason };
  const parsed = MarkersReply.safeParse(reply.json);
  if (parsed.success) return { by: id, reply: parsed.data, reason: null };
  return { by: id, reply: null, reason: 'its answer cannot be read' };
}

async function noteMarkers(
  { run }: RunContext,
  note: Pick<MarkersNote, 'phase' | 'sides' | 'where' | 'others'> & Partial<MarkersNote>,
  { journal, clock }: Gateways,
): Promise<void> {
  const usual = { by: null, settled: false, reply: null, reason: null };
  await journal.note(run.runId, { kind: 'markers', at: clock.now(), ...usual, ...note });
}
