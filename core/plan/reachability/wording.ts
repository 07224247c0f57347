import type { Cut } from '../../cut.ts';
import type { Interface, Inventory, Rule } from '../../inventory.ts';
import type { End, Found, Unwanted } from './comparison.ts';

/** What the sentence is made from: whose plan it is, and the rule that admits the flow, if one does. */
export interface Circumstances {
  readonly inventory: Inventory;
  readonly cuts: readonly Cut[];
  readonly rule: Rule | undefined;
  /** Whether this is so only while an ACL pulse lasts. */
  readonly pulse: boolean;
}

/** Why a plan is not exact, in one sentence: which flow, between whom, and through which rule. */
export function inexact(found: Unwanted, circumstances: Circumstances): string {
  const { from, to, wanted } = found;
  const { inventory, pulse } = circumstances;
  const who = `${trafficWords(found)} from ${endWords(from, inventory)} to ${endWords(to, inventory)}`;
  const when = pulse ? ' while the ACL pulse lasts' : '';
  return `Cannot prove the plan exact as ${who} must stay ${wanted}${when}: found ${wanted === 'closed' ? admission(circumstances) : harm(found, circumstances)}`;
}

/** The packets of a flow in words: "tcp 3001-3002", "icmp type 8", "protocol 47". */
function trafficWords({
  protocol,
  ports: [first, last],
}: Pick<Found, 'protocol' | 'ports'>): string {
  switch (protocol) {
    case 'tcp':
    case 'udp':
      return `${protocol} ${rangeWords(first, last)}`;
    case 'icmp':
    case 'icmpv6':
      return last - first >= 65_535 ? protocol : `${protocol} type ${first >> 8}`;
    case 'other':
      return first === last ? `protocol ${first}` : `protocols ${rangeWords(first, last)}`;
  }
}

const rangeWords = (first: number, last: number): string =>
  first === last ? `${first}` : `${first}-${last}`;

function endWords({ name, member }: End, inventory: Inventory): string {
  if (member === undefined) return name;
  const owner = ownerOf(member.interface, inventory);
  return `${member.address} (${owner === undefined ? name : `${owner}, ${name}`})`;
}

const ownerOf = ({ instanceId }: Interface, { instances }: Inventory): string | undefined =>
  instances.find(({ id }) => id === instanceId)?.name ?? instanceId;

function admission({ rule }: Circumstances): string {
  return rule === undefined
    ? 'it would be open'
    : `rule ${rule.id} of group ${rule.groupId} admits it`;
}

function harm({ from, to }: Unwanted, { inventory, cuts }: Circumstances): string {
  const cut = new Set(cuts.flatMap((one) => [...one.from, ...one.to]));
  const bystander = [to, from]
    .flatMap(({ member }) => (member === undefined ? [] : [member.interface]))
    .find(({ instanceId }) => instanceId === undefined || !cut.has(instanceId));
  if (bystander === undefined) return 'it would be closed';
  const owner = ownerOf(bystander, inventory);
  return `it would be closed, and bystander ${bystander.id}${owner === undefined ? '' : ` of ${owner}`} harmed`;
}
