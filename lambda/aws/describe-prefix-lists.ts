import {
  paginateDescribeManagedPrefixLists,
  paginateGetManagedPrefixListEntries,
} from '@aws-sdk/client-ec2';
import type { EC2Client, ManagedPrefixList } from '@aws-sdk/client-ec2';
import type { PrefixList } from '../../core/inventory.ts';
import { isDeclined } from './failure.ts';
import { byId, inChunks } from './in-chunks.ts';

/** The largest page of both calls (EC2 API reference, MaxResults 1–100). */
const pageSize = 100;

/** What these prefix lists stand for; one that is not there, or may not be read, is left out. */
export async function prefixListsOf(
  client: EC2Client,
  prefixListIds: readonly string[],
): Promise<PrefixList[]> {
  const lists = await inChunks(prefixListIds, async (Values) => {
    const page: ManagedPrefixList[] = [];
    const filters = { Filters: [{ Name: 'prefix-list-id', Values }] };
    const pages = paginateDescribeManagedPrefixLists({ client, pageSize }, filters);
    for await (const { PrefixLists = [] } of pages) page.push(...PrefixLists);
    return page;
  });
  const read = await Promise.all(lists.map((list) => withEntries(client, list)));
  return read.flat().toSorted(byId);
}

/**
 * AWS's own lists say no MaxEntries; what they count against a group's quota is only written in the VPC
 * user guide ("AWS-managed prefix list weight"), so their number of entries stands for it.
 */
async function withEntries(client: EC2Client, list: ManagedPrefixList): Promise<PrefixList[]> {
  const id = list.PrefixListId ?? '';
  try {
    const cidrs = await entriesOf(client, id);
    return [{ id, maxEntries: list.MaxEntries ?? cidrs.length, cidrs }];
  } catch (error) {
    if (isDeclined(error)) return [];
    throw error;
  }
}

async function entriesOf(client: EC2Client, PrefixListId: string): Promise<string[]> {
  const cidrs: string[] = [];
  const pages = paginateGetManagedPrefixListEntries({ client, pageSize }, { PrefixListId });
  for await (const { Entries = [] } of pages)
    cidrs.push(...Entries.flatMap(({ Cidr }) => Cidr ?? []));
  return cidrs;
}
