import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import { Audit } from '../../core/audit/audit.ts';
import type { Audits } from '../gateways-of-audits.ts';
import type { Connection } from './connection.ts';
import { gunzipped, gzipped } from './gzipped.ts';
import { ItemTable } from './item-table.ts';
import type { Item } from './journal-items.ts';

/** How many audits of a cluster are kept beside the accepted one. */
export const auditsKept = 30;

/** The keys of audits, apart from those of runs, locks and the gate. */
const keys = {
  accepted: (cluster: string) => ({ pk: `audit#${cluster}`, sk: 'accepted' }),
  place: (cluster: string, place: number) => ({
    pk: `audit#${cluster}`,
    sk: `place#${String(place).padStart(2, '0')}`,
  }),
};

const Place = z.object({ sk: z.string(), auditId: z.string(), startedAt: z.int() });
type Place = z.infer<typeof Place>;

const triesMax = 5;

/**
 * Documents of audits in the journal's table, compressed. Nothing may be deleted there, so a cluster's
 * latest lie in {@link auditsKept} places, and a new one takes the place of the oldest.
 */
export function dynamoAudits(connection: Connection, options: { table: string }): Audits {
  const table = new ItemTable(connection, options.table);
  return {
    put: (audit) => putInPlace(table, audit),
    async read(cluster, auditId) {
      const place = (await placesOf(table, cluster)).find((one) => one.auditId === auditId);
      if (place === undefined) return undefined;
      return table.read({ pk: `audit#${cluster}`, sk: place.sk }, readAudit);
    },
    accepted: (cluster) => table.read(keys.accepted(cluster), readAudit),
    accept: (audit) =>
      table.put(
        marshall({ ...keys.accepted(audit.cluster), auditId: audit.auditId, gzip: gzipped(audit) }),
      ),
  };
}

/** The audits of the Lambda's own deployment. */
export function awsAudits(
  environment: Readonly<Record<string, string | undefined>>,
  connection: Connection = {},
): Audits {
  const { JOURNAL_TABLE: table } = z.object({ JOURNAL_TABLE: z.string() }).parse(environment);
  return dynamoAudits(connection, { table });
}

/** @throws Error where others take every place that is found. */
async function putInPlace(table: ItemTable, audit: Audit): Promise<void> {
  for (let tries = 0; tries < triesMax; tries += 1) {
    const places = await placesOf(table, audit.cluster);
    const { key, held } = placeFor(audit, places);
    const free = held === undefined ? 'attribute_not_exists(pk)' : 'auditId = :held';
    const written = await table.update(key, {
      ConditionExpression: free,
      UpdateExpression: 'SET auditId = :id, startedAt = :at, gzip = :gzip',
      ExpressionAttributeValues: marshall({
        ':id': audit.auditId,
        ':at': audit.startedAt,
        ':gzip': gzipped(audit),
        ...(held === undefined ? {} : { ':held': held }),
      }),
    });
    if (written !== undefined) return;
  }
  throw new Error(
    `Cannot keep audit ${audit.auditId} as a place for it must be free: found all taken by others meanwhile`,
  );
}

/** Its own, if it has one already; else a free one; else that of the oldest. */
function placeFor({ cluster, auditId }: Audit, places: readonly Place[]) {
  const keyOf = ({ sk }: Place) => ({ pk: `audit#${cluster}`, sk });
  const own = places.find((one) => one.auditId === auditId);
  if (own !== undefined) return { key: keyOf(own), held: auditId };
  const taken = new Set(places.map(({ sk }) => sk));
  const free = Array.from({ length: auditsKept }, (_, place) => keys.place(cluster, place)).find(
    ({ sk }) => !taken.has(sk),
  );
  const [oldest] = places.toSorted((left, right) => left.startedAt - right.startedAt);
  if (free !== undefined || oldest === undefined) {
    return { key: free ?? keys.place(cluster, 0), held: undefined };
  }
  return { key: keyOf(oldest), held: oldest.auditId };
}

async function placesOf(table: ItemTable, cluster: string): Promise<Place[]> {
  const items = await table.query({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :place)',
    ExpressionAttributeValues: marshall({ ':pk': `audit#${cluster}`, ':place': 'place#' }),
    ProjectionExpression: 'sk, auditId, startedAt',
    ConsistentRead: true,
  });
  return items.map((item) => Place.parse(unmarshall(item)));
}

function readAudit(item: Item): Audit {
  const { gzip } = z.object({ gzip: z.instanceof(Uint8Array) }).parse(unmarshall(item));
  return Audit.parse(gunzipped(gzip));
}
