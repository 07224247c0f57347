/**
 * People who know nothing of runs: they change rules, tags, groups, interfaces, network ACLs and instances
 * whenever they like. What they do is a value, so that a schedule of it can be drawn, shrunk and printed.
 *
 * Each deed that EC2 would refuse is not done. Those on the network are functions of a state, so that a
 * test can do them to another world as well: one in which there never was a run.
 */
import { pick } from './deed.ts';
import type { Deed } from './deed.ts';
import { onHosts } from './people-hosts.ts';
import {
  addRule,
  nameOf,
  peerFor,
  portsFor,
  respec,
  retag,
  ruleDeed,
  untag,
  writeAsWas,
} from './people-rules.ts';
import {
  deleteGroup,
  deleteSubnet,
  giveAcl,
  loseInterface,
  makeGroup,
  optIn,
  optOut,
  putOn,
  takeOff,
  unmark,
} from './people-things.ts';
import type { World } from './world.ts';

/** Everything that people do here. */
export const whims = [
  'add a rule',
  'remove a rule',
  'change the ports of a rule',
  'change the peer of a rule',
  'describe a rule',
  'write a rule as it was',
  'tag a rule',
  'untag a rule',
  'opt a thing out',
  'opt a thing in',
  'take the mark off a group',
  'make a group',
  'delete a group',
  'put a group on',
  'take a group off',
  'lose an interface',
  'give a subnet another ACL',
  'delete a subnet',
  'silence an agent',
  'wake an agent',
  'stop an instance',
  'start an instance',
  'terminate an instance',
  'replace an instance',
] as const;

/** What somebody is up to: the numbers pick among whatever is there at that moment. */
export interface Whim {
  readonly what: (typeof whims)[number];
  readonly which: number;
  readonly how: number;
}

/** Does it, if there is something to do it to; the answer says what was done. */
export function act(whim: Whim, world: World): Deed | undefined {
  const deed = onHosts(whim, world) ?? onNetwork(whim, world);
  const { edit } = deed ?? {};
  if (edit !== undefined) world.network.othersChange((now) => edit(now));
  return deed;
}

function onNetwork({ what, which, how }: Whim, world: World): Deed | undefined {
  const { now } = world.network;
  const born = (kind: string): string => world.network.born(kind);
  const group = pick(now.groups, which);
  const rule = pick(
    busiest(
      now.groups.flatMap(({ rules }) => rules),
      world,
    ),
    which,
  );
  const face = pick(busiest(now.interfaces, world), which);
  switch (what) {
    case 'add a rule':
      return group && addRule(group, { id: born('sgr-theirs'), how, world });
    case 'remove a rule':
      return rule && ruleDeed(rule, `remove ${nameOf(rule)}`, () => undefined);
    case 'change the ports of a rule':
      return rule && respec(rule, portsFor(how), now);
    case 'change the peer of a rule':
      return rule && respec(rule, { peer: peerFor(rule.spec.peer, how) }, now);
    case 'describe a rule':
      return rule && respec(rule, { description: ['whose is this?', 'reviewed'][how % 2] }, now);
    case 'write a rule as it was':
      return rule && writeAsWas(rule, world);
    case 'tag a rule':
      return rule && retag(rule, { ...rule.tags, owner: `person-${how % 3}` });
    case 'untag a rule':
      return rule && untag(rule, how);
    case 'opt a thing out':
      return optOut(which, now);
    case 'opt a thing in':
      return optIn(which, world);
    case 'take the mark off a group':
      return unmark(which, now);
    case 'make a group':
      return makeGroup(born('sg-theirs'));
    case 'delete a group':
      return deleteGroup(which, now);
    case 'put a group on':
      return face && putOn(face.id, pick(now.groups, how)?.id, now);
    case 'take a group off':
      return face && takeOff(face.id, pick(face.groupIds, how), now);
    case 'lose an interface':
      return face && loseInterface(face.id);
    case 'give a subnet another ACL':
      return giveAcl(which, { id: born('acl-theirs'), association: born('aclassoc-theirs'), now });
    case 'delete a subnet':
      return deleteSubnet(which, now);
    default:
      return undefined;
  }
}

/** What a run has touched first: that is what people then wonder about. */
const busiest = <Thing extends { id: string }>(all: readonly Thing[], world: World): Thing[] =>
  all.toSorted((one, other) => Number(isBusy(other, world)) - Number(isBusy(one, world)));

const isBusy = ({ id }: { id: string }, { network }: World): boolean => network.wasMarked(id);
