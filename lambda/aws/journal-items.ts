import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import { Picked } from '../../core/asked-run.ts';
import { ExperimentSchema } from '../../core/experiment.ts';
import { Inventory } from '../../core/inventory.ts';
import { RunItem } from '../../core/journal.ts';
import { Note } from '../../core/note.ts';
import { Plan } from '../../core/plan/plan.ts';
import { abridged, shares } from '../../core/report/abridged.ts';
import { Report } from '../../core/report.ts';
import { scriptNames } from '../../core/script-names.ts';
import type { PlanRecord, RunRequest } from '../gateways.ts';
import { gunzipped, gzipped } from './gzipped.ts';
import type { Signature } from './run-update.ts';

/** An item as the DynamoDB client gives and takes it. */
export type Item = Record<string, AttributeValue>;

/** An item's address in the table. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** The table's keys: everything of a run lies under one partition, a lock under its cluster's. */
export const keys = {
  run: (runId: string) => ({ pk: `run#${runId}`, sk: 'run' }),
  request: (runId: string) => ({ pk: `run#${runId}`, sk: 'request' }),
  plan: (runId: string) => ({ pk: `run#${runId}`, sk: 'plan' }),
  report: (runId: string) => ({ pk: `run#${runId}`, sk: 'report' }),
  /** Thirteen digits sort as numbers do until the year 2286. */
  note: (runId: string, { at, chance }: { at: number; chance: string }) => ({
    pk: `run#${runId}`,
    sk: `${noteKey(at)}#${chance}`,
  }),
  /** The one item that says until when no run may begin. */
  gate: { pk: 'gate', sk: 'gate' },
  lock: (cluster: string) => ({ pk: `lock#${cluster}`, sk: 'lock' }),
};

const StoredRun = z.looseObject({
  pending: z.set(z.string()).default(() => new Set<string>()),
  writers: z.record(z.string(), z.string()),
});

/** A run item read from the table, and which write each slot saw last. */
export interface StoredRunItem {
  readonly item: RunItem;
  readonly writers: Readonly<Record<string, string>>;
}

/** A run item to put; DynamoDB has no empty set, so an empty `pending` is absent. */
export function runItemOf(item: RunItem, { slot, id }: Signature): Item {
  const { pending, ...rest } = item;
  return itemOf({
    ...keys.run(item.runId),
    ...rest,
    ...(pending.length === 0 ? {} : { pending: new Set(pending) }),
    watch: 'run',
    writers: { [slot]: id },
  });
}

/** The attempts come sorted, for a set has no order of its own. */
export function readRunItem(stored: Item): StoredRunItem {
  const { pk, sk, watch, writers, pending, ...rest } = StoredRun.parse(unmarshall(stored));
  return { item: RunItem.parse({ ...rest, pending: [...pending].toSorted() }), writers };
}

/** So many bytes are stored as they are, for people to read in the console. */
const plainBytesMax = 8 * 1024;

/**
 * Notes, requests and reports, under one attribute: what is small as it is, all else compressed, for what a
 * hundred machines saw of each other in one look is more than an item may hold.
 */
export function contentItem(key: Key, content: object): Item {
  const isSmall = Buffer.byteLength(JSON.stringify(content)) <= plainBytesMax;
  return itemOf({ ...key, ...(isSmall ? { content } : { gzip: gzipped(content) }) });
}

/** An item may be 409,600 bytes; the rest is for its key and names. */
const gzipBytesMax = 400_000;

const inJournal = "are in the journal's report; report.json in the bucket of reports has all";

/**
 * A report, whole where an item holds it. A cluster that changed all the time may leave more: of that the
 * journal keeps the ends and extremes, and its report says so among the limits.
 */
export function reportItem(runId: string, report: Report): Item {
  const key = keys.report(runId);
  let item = contentItem(key, report);
  for (const share of shares) {
    if ((item['gzip']?.B?.length ?? 0) <= gzipBytesMax) break;
    const { report: shorter, leftOut } = abridged(report, share, inJournal);
    item = contentItem(key, { ...shorter, limits: [...shorter.limits, ...leftOut] });
  }
  return item;
}

const Requested = z.strictObject({
  experiment: ExperimentSchema,
  startedBy: z.string(),
  picked: Picked.optional(),
});

export const readRequest = (item: Item): RunRequest => Requested.parse(contentOf(item));
export const readNote = (item: Item): Note => Note.parse(contentOf(item));
export const readReport = (item: Item): Report => Report.parse(contentOf(item));

/** Formerly a document was its version alone. */
const DocumentVersion = z.union([
  z.string().transform((version) => ({ version })),
  z.strictObject({ version: z.string(), hash: z.string().optional() }),
]);

const PlanContent = z.strictObject({
  inventory: Inventory,
  plan: Plan,
  digest: z.string(),
  documents: z.partialRecord(z.enum(scriptNames), DocumentVersion).optional(),
  account: z.string().optional(),
});

/**
 * A plan record, compressed. An item may be 400 KB, and the inventory of 1,000 instances with the
 * interfaces and rules around them is more than that as text; gzip makes it a tenth or less.
 */
export function planItem(runId: string, record: PlanRecord): Item {
  return itemOf({ ...keys.plan(runId), digest: record.digest, gzip: gzipped(record) });
}

export function readPlan(item: Item): PlanRecord {
  const { gzip } = Gzipped.parse(unmarshall(item));
  return PlanContent.parse(gunzipped(gzip));
}

const Shut = z.object({ until: z.int() });

/** Until when the journal is shut to new runs, in epoch milliseconds. */
export const readGate = (item: Item): number => Shut.parse(contentOf(item)).until;

const Gzipped = z.object({ gzip: z.instanceof(Uint8Array) });
const Content = z.union([Gzipped, z.object({ content: z.unknown() })]);

function contentOf(item: Item): unknown {
  const stored = Content.parse(unmarshall(item));
  return 'gzip' in stored ? gunzipped(stored.gzip) : stored.content;
}

const itemOf = (value: object): Item => marshall(value, { removeUndefinedValues: true });

const noteKey = (at: number): string => `note#${String(at).padStart(13, '0')}`;

/** The sort keys of the notes made before an instant, or of all; "~" comes after every digit. */
export function noteRange(before?: number): { ':first': string; ':last': string } {
  return { ':first': 'note#', ':last': before === undefined ? 'note#~' : noteKey(before) };
}
