import * as z from 'zod';
import { canonicalCidr } from './cidr.ts';
import { byIds } from './describe.ts';
import { Ec2Error, inUse, invalidValue, notFound } from './ec2-error.ts';
import { filtered, Filters, page, Paging } from './filters.ts';
import { tagPairs } from './model.ts';
import type { PrefixList } from './model.ts';
import type { Ec2State } from './state.ts';
import { TagSpecifications, tagsAtBirth } from './tags.ts';
import { arn } from './views.ts';

const DryRun = z.boolean().optional();

const DescribeRequest = z.strictObject({
  PrefixListIds: z.array(z.string()).default([]),
  Filters,
  ...Paging,
  DryRun,
});

/** `DescribeManagedPrefixLists`; AWS's own lists, which EC2 would add, are not there. */
export function describeManagedPrefixLists(state: Ec2State, input: unknown) {
  const request = DescribeRequest.parse(input);
  const chosen = byIds(state.prefixLists, request.PrefixListIds, notFound.prefixList);
  const { items, NextToken } = page(
    filtered(chosen, request.Filters, {
      'owner-id': () => [state.account],
      'prefix-list-id': ({ id }) => [id],
      'prefix-list-name': ({ name }) => [name],
    }),
    request,
    { least: 1, most: 100 },
  );
  return { PrefixLists: items.map((list) => prefixListView(state, list)), NextToken };
}

const EntriesRequest = z.strictObject({
  PrefixListId: z.string(),
  TargetVersion: z.int().optional(),
  ...Paging,
  DryRun,
});

/** `GetManagedPrefixListEntries`; only the current version is kept. Pages hold 1 to 100 (API reference). */
export function getManagedPrefixListEntries(state: Ec2State, input: unknown) {
  const request = EntriesRequest.parse(input);
  const list = existingList(state, request.PrefixListId);
  const { items, NextToken } = page(list.cidrs, request, { least: 1, most: 100 });
  const Entries = items.map((Cidr) => ({ Cidr, Description: list.descriptions?.[Cidr] }));
  return { Entries, NextToken };
}

const CreateRequest = z.strictObject({
  PrefixListName: z.string().min(1).max(255),
  AddressFamily: z.enum(['IPv4', 'IPv6']),
  MaxEntries: z.int().min(1).max(1000),
  Entries: z
    .array(z.strictObject({ Cidr: z.string(), Description: z.string().optional() }))
    .default([]),
  TagSpecifications,
  ClientToken: z.string().optional(),
  DryRun,
});

/** `CreateManagedPrefixList`; complete at once, where EC2 takes a moment. Source: the API reference. */
export function createManagedPrefixList(state: Ec2State, input: unknown) {
  const request = CreateRequest.parse(input);
  const family = request.AddressFamily === 'IPv4' ? 4 : 6;
  const entries = request.Entries.map(({ Cidr, Description }) => {
    return { cidr: entryCidr(Cidr, family), description: Description };
  });
  if (entries.length > request.MaxEntries) {
    throw new Ec2Error(
      'PrefixListMaxEntriesExceeded',
      `You have reached the maximum number of entries (${request.MaxEntries}).`,
    );
  }
  const tags = tagsAtBirth(request.TagSpecifications, 'prefix-list');
  const { PrefixListName: name, MaxEntries: maxEntries } = request;
  const cidrs = entries.map(({ cidr }) => cidr);
  const list = state.once<PrefixList>('pl', state.prefixLists, {
    token: request.ClientToken,
    make: (id) => ({ id, name, family, maxEntries, cidrs, descriptions: saidOf(entries), tags }),
  });
  return { PrefixList: prefixListView(state, list) };
}

function saidOf(
  entries: readonly { readonly cidr: string; readonly description: string | undefined }[],
): Record<string, string> {
  return Object.fromEntries(
    entries.flatMap(({ cidr, description }) =>
      description === undefined ? [] : [[cidr, description]],
    ),
  );
}

function entryCidr(text: string, family: 4 | 6): string {
  const cidr = canonicalCidr(text, family);
  if (cidr === undefined) throw invalidValue(`CIDR block ${text} is malformed`);
  return cidr;
}

const DeleteRequest = z.strictObject({ PrefixListId: z.string(), DryRun });

/** `DeleteManagedPrefixList`, unless a rule refers to it ("You must first remove all references"). */
export function deleteManagedPrefixList(state: Ec2State, input: unknown) {
  const list = existingList(state, DeleteRequest.parse(input).PrefixListId);
  const isUsed = [...state.rules.values()].some(
    ({ peer }) => peer.kind === 'prefix-list' && peer.prefixListId === list.id,
  );
  if (isUsed) throw inUse('prefixList', list.id);
  state.prefixLists.delete(list.id);
  return { PrefixList: { ...prefixListView(state, list), State: 'delete-in-progress' } };
}

function existingList(state: Ec2State, id: string): PrefixList {
  const list = state.prefixLists.get(id);
  if (list === undefined) throw notFound.prefixList(id);
  return list;
}

function prefixListView(state: Ec2State, list: PrefixList) {
  return {
    PrefixListId: list.id,
    PrefixListArn: arn(state, 'prefix-list', list.id),
    PrefixListName: list.name,
    AddressFamily: `IPv${list.family}`,
    State: 'create-complete',
    MaxEntries: list.maxEntries,
    Version: 1,
    OwnerId: state.account,
    Tags: tagPairs(list.tags ?? {}),
  };
}
