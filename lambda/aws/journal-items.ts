import { gunzipSync, gzipSync } from 'node:zlib';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import { Picked } from '../../core/asked-run.ts';
import { ExperimentSchema } from '../../core/experiment.ts';
import { Inventory } from '../../core/inventory.ts';
import { RunItem } from '../../core/journal.ts';
import { Note } from '../../core/note.ts';
import { Plan } from '../../core/plan/plan.ts';
import { Report } from '../../core/report.ts';
import { scriptNames } from '../../core/script-names.ts';
import type { PlanRecord, RunRequest } from '../gateways.ts';
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

/** Notes, requests and reports are stored as they are, under one attribute, for people to read. */
export function contentItem(key: Key, content: object): Item {
  return itemOf({ ...key, content });
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
});
const inflatedBytesMax = 64 * 1024 * 1024;

/**
 * A plan record, compressed. An item may be 400 KB, and the inventory of 1,000 instances with the
 * interfaces and rules around them is more than that as text; gzip makes it a tenth or less.
 */
export function planItem(runId: string, record: PlanRecord): Item {
  const gzip = gzipSync(JSON.stringify(record));
  return itemOf({ ...keys.plan(runId), digest: record.digest, gzip });
}

export function readPlan(item: Item): PlanRecord {
  const { gzip } = z.object({ gzip: z.instanceof(Uint8Array) }).parse(unmarshall(item));
  const text = gunzipSync(gzip, { maxOutputLength: inflatedBytesMax }).toString('utf8');
  return PlanContent.parse(JSON.parse(text));
}

const Shut = z.object({ until: z.int() });

/** Until when the journal is shut to new runs, in epoch milliseconds. */
export const readGate = (item: Item): number => Shut.parse(contentOf(item)).until;

function contentOf(item: Item): unknown {
  return z.object({ content: z.unknown() }).parse(unmarshall(item)).content;
}

const itemOf = (value: object): Item => marshall(value, { removeUndefinedValues: true });

const noteKey = (at: number): string => `note#${String(at).padStart(13, '0')}`;

/** The sort keys of the notes made before an instant, or of all; "~" comes after every digit. */
export function noteRange(before?: number): { ':first': string; ':last': string } {
  return { ':first': 'note#', ':last': before === undefined ? 'note#~' : noteKey(before) };
}
