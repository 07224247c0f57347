import type { Ec2Error } from './ec2-error.ts';
import { notFound } from './ec2-error.ts';
import type { Ec2State } from './state.ts';

/**
 * Refuse a request that names, anywhere in it, a resource that `state` does not have. Names, tags,
 * filters and other people's words are not looked at, nor are ids of a shape that is not EC2's.
 */
export function refuseUnknown(state: Ec2State, params: unknown): void {
  for (const id of namedIds(params)) {
    const kind = KINDS.find(({ prefix }) => id.startsWith(prefix));
    if (kind !== undefined && !kind.has(state, id)) throw kind.missing(id);
  }
}

const ID_MEMBERS = /(?:Id|Ids|Groups|Resources)$/;

function namedIds(value: unknown, member = ''): string[] {
  if (typeof value === 'string') return ID_MEMBERS.test(member) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((item) => namedIds(item, member));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => namedIds(inner, name));
}

interface Kind {
  readonly prefix: string;
  readonly has: (state: Ec2State, id: string) => boolean;
  readonly missing: (id: string) => Ec2Error;
}

const KINDS: readonly Kind[] = [
  { prefix: 'sgr-', has: ({ rules }, id) => rules.has(id), missing: notFound.rule },
  { prefix: 'sg-', has: ({ groups }, id) => groups.has(id), missing: notFound.group },
  { prefix: 'i-', has: ({ instances }, id) => instances.has(id), missing: notFound.instance },
  {
    prefix: 'eni-',
    has: ({ interfaces }, id) => interfaces.has(id),
    missing: notFound.networkInterface,
  },
  { prefix: 'subnet-', has: ({ subnets }, id) => subnets.has(id), missing: notFound.subnet },
  { prefix: 'vpc-', has: ({ vpcs }, id) => vpcs.has(id), missing: notFound.vpc },
  {
    prefix: 'pl-',
    has: ({ prefixLists }, id) => prefixLists.has(id),
    missing: notFound.prefixList,
  },
  {
    prefix: 'acl-',
    has: ({ networkAcls }, id) => networkAcls.has(id),
    missing: notFound.networkAcl,
  },
  {
    prefix: 'aclassoc-',
    has: (state, id) => [...state.subnets.keys()].some((one) => state.associationId(one) === id),
    missing: notFound.association,
  },
];
