import type { Finding } from '../verdict.ts';
import { recordsIn } from './reply.ts';
import type { MarkersNote, MarkersRead, MarkersReply } from './reply.ts';

/** Records written by one side alone, and records that every side wrote. */
export const markerKinds = ['own', 'shared'] as const;
export type MarkerKind = (typeof markerKinds)[number];

type Wrote = Extract<MarkersReply, { outcome: 'wrote' }>;

/** What became of the writes of one kind through one side. */
export interface Fate {
  readonly acknowledged: number;
  readonly inDoubt: number;
  readonly refused: number;
  readonly untried: number;
  /** During the fault, through each side: how many records with this side's word it showed. */
  readonly seenDuring: number[];
  /** Of those acknowledged, the ones still there after recovery; null: nobody looked. */
  readonly seenAfter: number | null;
  /** Acknowledged, looked for after recovery, and not there: missing, or with another side's word. */
  readonly lost: number | null;
  /** Acknowledged, and nobody can tell: not readable, or the cluster had not recovered. */
  readonly unknown: number;
}

/** What was written, and what was read after recovery, of a run's marker records. */
export interface MarkersSeen {
  readonly written: MarkersNote | undefined;
  readonly read: MarkersNote | undefined;
}

export function wroteIn({ written }: MarkersSeen): Wrote | undefined {
  return written?.reply?.outcome === 'wrote' ? written.reply : undefined;
}

/** The fate of one kind of one side's records. */
export function fateOf(seen: MarkersSeen, side: number, kind: MarkerKind): Fate | undefined {
  const wrote = wroteIn(seen);
  const own = wrote?.sides[side]?.[kind];
  if (wrote === undefined || own === undefined) return undefined;
  const acked = recordsIn(own.acked);
  const after = afterOf(acked, { seen, side, kind });
  return {
    acknowledged: acked.size,
    inDoubt: recordsIn(own.doubt).size,
    refused: own.refused,
    untried: own.untried,
    seenDuring: wrote.reads.from.map((through) => through[kind][side]?.[0] ?? 0),
    ...after,
  };
}

/** Only a cluster that is one again can have lost anything for good. */
function afterOf(
  acked: ReadonlySet<number>,
  { seen, side, kind }: { seen: MarkersSeen; side: number; kind: MarkerKind },
): Pick<Fate, 'seenAfter' | 'lost' | 'unknown'> {
  const found = readAfter(seen)?.[kind][side];
  if (found === undefined) return { seenAfter: null, lost: null, unknown: acked.size };
  const seenAfter = inBoth(acked, recordsIn(found.seen));
  const unread = inBoth(acked, recordsIn(found.unread));
  return { seenAfter, lost: acked.size - seenAfter - unread, unknown: unread };
}

const inBoth = (some: ReadonlySet<number>, others: ReadonlySet<number>): number =>
  [...some].filter((one) => others.has(one)).length;

function readAfter({ read }: MarkersSeen): MarkersRead | undefined {
  if (read?.settled !== true || read.reply?.outcome !== 'read') return undefined;
  return read.reply.reads;
}

/** Was every acknowledged write still there? A side that no client could be kept to tells nothing. */
export function keptFindings(seen: MarkersSeen): Finding[] {
  const { written } = seen;
  const wrote = wroteIn(seen);
  if (wrote === undefined) return [notWritten(written)];
  return [
    ...wrote.sides.flatMap((_, side) => findingsOfSide(seen, side)),
    ...(readAfter(seen) === undefined ? [notRead(seen.read)] : []),
    ...leftOut(written),
  ];
}

function findingsOfSide(seen: MarkersSeen, side: number): Finding[] {
  const through = wroteIn(seen)?.sides[side];
  const who = sideName(seen.written, side);
  if (through === undefined) return [];
  if (through.error !== undefined) {
    return [{ answer: 'inconclusive', saw: `no client could connect to ${who}: ${through.error}` }];
  }
  if (!through.kept) {
    const saw = `the client that wrote through ${who} knew ${through.knew.join(', ')}, so nobody can tell which side took its writes`;
    return [{ answer: 'inconclusive', saw }];
  }
  return markerKinds.flatMap((kind) => {
    const fate = fateOf(seen, side, kind);
    return fate === undefined ? [] : [fateFinding(fate, `through ${who}, ${kindWords[kind]}`)];
  });
}

const kindWords: Readonly<Record<MarkerKind, string>> = {
  own: 'records of its own',
  shared: 'records that every side wrote',
};

function fateFinding(
  { acknowledged, lost, unknown, inDoubt, ...fate }: Fate,
  who: string,
): Finding {
  const others = [
    [inDoubt, 'in doubt'],
    [fate.refused, 'refused'],
    [fate.untried, 'untried'],
  ].flatMap(([count, word]) => (count === 0 ? [] : [`${count} ${word}`]));
  const written = [`${acknowledged} acknowledged`, ...others].join(', ');
  if (lost !== null && lost > 0) {
    return {
      answer: 'refuted',
      saw: `${who}: ${lost} of ${acknowledged} acknowledged writes lost`,
    };
  }
  if (unknown > 0 || acknowledged === 0) {
    return { answer: 'inconclusive', saw: `${who}: ${written}; ${unknown} of them unknown` };
  }
  return { answer: 'confirmed', saw: `${who}: ${written}; none lost` };
}

/** The nodes of a side, for people. */
const sideName = (note: MarkersNote | undefined, side: number): string =>
  note?.sides[side]?.join('+') ?? `side ${side + 1}`;

function notWritten(written: MarkersNote | undefined): Finding {
  const reply = written?.reply;
  const why = reply !== undefined && reply !== null && 'reason' in reply ? reply.reason : undefined;
  const saw = why ?? written?.reason ?? 'the run never came to write them';
  return { answer: 'inconclusive', saw: `no marker records: ${saw}` };
}

function notRead(read: MarkersNote | undefined): Finding {
  const reply = read?.reply;
  const why = reply !== undefined && reply !== null && 'reason' in reply ? reply.reason : undefined;
  const unsettled = read?.settled === false ? 'the cluster had not recovered' : undefined;
  const saw = unsettled ?? why ?? read?.reason ?? 'the run never came to it';
  return { answer: 'inconclusive', saw: `they were not looked for after recovery: ${saw}` };
}

function leftOut(written: MarkersNote | undefined): Finding[] {
  const others = written?.others ?? 0;
  if (others === 0) return [];
  return [{ answer: 'inconclusive', saw: `${others} smaller side(s) were not written through` }];
}
