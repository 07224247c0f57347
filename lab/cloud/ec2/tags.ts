import * as z from 'zod';
import { Ec2Error, invalidValue, notFound } from './ec2-error.ts';
import { RequestTag } from './model.ts';
import type { Tags } from './model.ts';
import type { Ec2State } from './state.ts';

/** Tags one resource may carry. Source: EC2 User Guide, "Tag restrictions". */
const TAGS_MAX = 50;

const CreateTagsRequest = z.strictObject({
  Resources: z.array(z.string()).min(1),
  Tags: z.array(RequestTag).min(1),
  DryRun: z.boolean().optional(),
});

/** `CreateTags`: add or overwrite tags on every resource named, or on none when one does not exist. */
export function createTags(state: Ec2State, input: unknown): object {
  const { Resources, Tags } = CreateTagsRequest.parse(input);
  const changes = Resources.map((id) => {
    const { tags, write } = taggable(state, id);
    const merged = mergedTags(tags, Tags);
    return () => write(merged);
  });
  for (const change of changes) change();
  return {};
}

const DeleteTagsRequest = z.strictObject({
  Resources: z.array(z.string()).min(1),
  Tags: z.array(z.strictObject({ Key: z.string(), Value: z.string().optional() })).optional(),
  DryRun: z.boolean().optional(),
});

/**
 * `DeleteTags`: remove tags by key, or only where the value matches when one is given; with no
 * tags listed, all that are not AWS's own. Source: the API reference.
 */
export function deleteTags(state: Ec2State, input: unknown): object {
  const { Resources, Tags } = DeleteTagsRequest.parse(input);
  const changes = Resources.map((id) => {
    const { tags, write } = taggable(state, id);
    const kept = Object.entries(tags).filter(([key, value]) => !isDeleted(key, value, Tags));
    return () => write(Object.fromEntries(kept));
  });
  for (const change of changes) change();
  return {};
}

type DeletedTags = z.infer<typeof DeleteTagsRequest>['Tags'];

function isDeleted(key: string, value: string, deleted: DeletedTags): boolean {
  if (deleted === undefined) return !key.startsWith('aws:');
  return deleted.some((tag) => tag.Key === key && (tag.Value ?? value) === value);
}

/** `tags` with `added` on top, refusing what EC2 refuses: reserved or overlong keys, more than 50. */
function mergedTags(tags: Tags, added: readonly z.infer<typeof RequestTag>[]): Tags {
  for (const { Key, Value } of added) refuseBadTag(Key, Value);
  const merged = { ...tags, ...Object.fromEntries(added.map(({ Key, Value }) => [Key, Value])) };
  if (Object.keys(merged).length > TAGS_MAX) {
    throw new Ec2Error(
      'TagLimitExceeded',
      'The maximum number of Tags for a resource has been reached.',
    );
  }
  return merged;
}

function refuseBadTag(key: string, value: string): void {
  if (key.startsWith('aws:')) {
    throw invalidValue(
      `Value ( ${key} ) for parameter key is invalid. Tag keys starting with 'aws:' are reserved for internal use`,
    );
  }
  if (key.length < 1 || key.length > 127) {
    throw invalidValue(
      `Value ( ${key} ) for parameter key is invalid. Tag key must be 1 to 127 characters`,
    );
  }
  if (value.length > 255) {
    throw invalidValue(
      `Value ( ${value} ) for parameter value is invalid. Tag value exceeds 255 characters`,
    );
  }
}

/** `TagSpecifications` as the requests that create something carry them. */
export const TagSpecifications = z
  .array(z.strictObject({ ResourceType: z.string(), Tags: z.array(RequestTag).default([]) }))
  .default([]);

/** The tags that a request gives to what it creates, which must be a `resourceType`. */
export function tagsAtBirth(
  specifications: z.infer<typeof TagSpecifications>,
  resourceType: string,
): Tags {
  const strange = specifications.find(({ ResourceType }) => ResourceType !== resourceType);
  if (strange !== undefined) {
    throw invalidValue(
      `'${strange.ResourceType}' is not a valid taggable resource type for this operation.`,
    );
  }
  return mergedTags(
    {},
    specifications.flatMap(({ Tags }) => Tags),
  );
}

interface Taggable {
  readonly tags: Tags;
  readonly write: (tags: Tags) => void;
}

function taggable(state: Ec2State, id: string): Taggable {
  if (id.startsWith('sgr-')) return entry(state.rules, id, notFound.rule);
  if (id.startsWith('sg-')) return entry(state.groups, id, notFound.group);
  if (id.startsWith('i-')) return entry(state.instances, id, notFound.instance);
  if (id.startsWith('eni-')) return entry(state.interfaces, id, notFound.networkInterface);
  if (id.startsWith('subnet-')) return entry(state.subnets, id, notFound.subnet);
  if (id.startsWith('acl-')) return entry(state.networkAcls, id, notFound.networkAcl);
  if (id.startsWith('vpc-')) return entry(state.vpcs, id, notFound.vpc);
  if (id.startsWith('pl-')) return entry(state.prefixLists, id, notFound.prefixList);
  throw new Ec2Error('InvalidID', `The ID '${id}' is not valid`);
}

function entry<Resource extends { readonly tags?: Tags }>(
  resources: Map<string, Resource>,
  id: string,
  missing: (id: string) => Ec2Error,
): Taggable {
  const resource = resources.get(id);
  if (resource === undefined) throw missing(id);
  return { tags: resource.tags ?? {}, write: (tags) => resources.set(id, { ...resource, tags }) };
}
