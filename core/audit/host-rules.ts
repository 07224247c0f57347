import { inCidr } from '../plan/reachability/peers.ts';

/** A connection as a host's packet filter sees it: whose it is at the other end, and on which port. */
export interface SeenAtHost {
  readonly peer: string;
  readonly port: number;
  /** Whether this host dials; else it is dialled. */
  readonly dials: boolean;
}

/** A rule that would stop a connection; `may`: something of it is not understood, or rules before it count. */
export interface StoppingRule {
  readonly rule: string;
  readonly may: boolean;
  readonly rejects: boolean;
}

/** What a rule demands, as far as it is understood. */
interface Demand {
  readonly chain: string;
  readonly from: Words;
  readonly to: Words;
  /** Ports at the far end and at the near one; `either` counts for both. */
  readonly dports: Words;
  readonly sports: Words;
  readonly either: Words;
  readonly isNew: boolean;
  readonly isKnown: boolean;
}

interface Words {
  readonly not: boolean;
  readonly list: string | undefined;
}

/**
 * The rule that most surely stops a connection, of those that a host told (host/audit.sh, `stops`): one
 * that names peer or port before one for everybody, and those before a policy.
 */
export function stoppingRule(rules: readonly string[], seen: SeenAtHost): StoppingRule | undefined {
  const found = rules.flatMap((rule) => judged(rule, seen) ?? []);
  return found.find(({ may }) => !may) ?? found[0];
}

function judged(rule: string, seen: SeenAtHost): StoppingRule | undefined {
  const rejects = /-j REJECT|\breject\b/.test(rule);
  const policy = /^(?:-P (\S+) DROP|nft (\S+) policy drop)$/.exec(rule);
  if (policy !== null) {
    const chain = policy[1] ?? policy[2] ?? '';
    return /^output$/i.test(chain) === seen.dials ? { rule, may: true, rejects } : undefined;
  }
  const demand = rule.startsWith('nft ') ? demandOfNft(rule) : demandOfIptables(rule);
  if (!demand.isNew) return undefined;
  const matches = waysOf(seen).some((way) => meets(demand, way));
  if (!matches) return undefined;
  const { from, to, dports, sports, either } = demand;
  const lists = [from, to, dports, sports, either].flatMap(({ list }) => list ?? []);
  const isSure = lists.length > 0 && demand.isKnown && !lists.some(isUnread);
  return { rule, may: !isSure, rejects };
}

/** A packet of the connection at this host. */
interface Packet {
  readonly out: boolean;
  readonly peer: string;
  readonly port: number;
  /** Of the packets that answer: a rule for anybody's is not counted against them. */
  readonly answers: boolean;
}

const waysOf = ({ peer, port, dials }: SeenAtHost): Packet[] => [
  { out: dials, peer, port, answers: false },
  { out: !dials, peer, port, answers: true },
];

function meets(demand: Demand, { out, peer, port, answers }: Packet): boolean {
  if (/^(INPUT|PREROUTING)$/i.test(demand.chain) && out) return false;
  if (/^(OUTPUT|POSTROUTING)$/i.test(demand.chain) && !out) return false;
  const remote = out ? demand.to : demand.from;
  const named = answers ? demand.sports : demand.dports;
  const other = answers ? demand.dports : demand.sports;
  if (other.list !== undefined) return false;
  const namesPeer = remote.list !== undefined;
  const namesPort = named.list !== undefined || demand.either.list !== undefined;
  if (answers && !namesPeer && !namesPort) return false;
  return (
    meant(remote, (list) => list.split(',').some((one) => inCidr(one, peer))) &&
    meant(named, (list) => hasPort(list, port)) &&
    meant(demand.either, (list) => hasPort(list, port))
  );
}

/** What is not said means anybody; what cannot be read may mean anybody. */
function meant({ not, list }: Words, has: (list: string) => boolean): boolean {
  return list === undefined || isUnread(list) || has(list) !== not;
}

const isUnread = (list: string): boolean => /[@a-z]/i.test(list.replaceAll(/[0-9a-f:]+/g, ''));

const hasPort = (list: string, port: number): boolean =>
  list.split(',').some((part) => {
    const [first = '', last = first] = part.split(/[:-]/);
    return port >= Number(first) && port <= Number(last);
  });

/** What the rules of packet filters mostly say; with anything else a rule is one that may stop it. */
const plainWords =
  /^(-A|-s|-d|-p|tcp|-m|multiport|comment|--comment|--[ds]?ports?|--dports?|--sports?|!|-j|DROP|REJECT|--reject-with|conntrack|state|--ctstate|--state|-i|-o)$/;

function demandOfIptables(rule: string): Demand {
  const words = rule.split(/\s+/);
  const after = (...names: readonly string[]): Words => {
    const at = words.findIndex((word) => names.includes(word));
    return at === -1
      ? { not: false, list: undefined }
      : { not: words[at - 1] === '!', list: words[at + 1] };
  };
  const state = after('--ctstate', '--state');
  const flags = words.filter((word) => word.startsWith('-'));
  return {
    chain: words[1] ?? '',
    from: after('-s'),
    to: after('-d'),
    dports: after('--dport', '--dports'),
    sports: after('--sport', '--sports'),
    either: after('--ports'),
    isNew: state.list === undefined || state.list.includes('NEW') !== state.not,
    isKnown: flags.every((word) => plainWords.test(word)),
  };
}

function demandOfNft(rule: string): Demand {
  const after = (pattern: string): Words => {
    const match = new RegExp(`${pattern} (!= )?(\\{[^}]*\\}|\\S+)`).exec(rule);
    if (match === null) return { not: false, list: undefined };
    return { not: match[1] !== undefined, list: (match[2] ?? '').replaceAll(/[{} ]/g, '') };
  };
  const state = after('ct state');
  const rest = rule.replaceAll(
    /^nft \S+|ip6? [sd]addr (!= )?(\{[^}]*\}|\S+)|(tcp|th) [sd]port (!= )?(\{[^}]*\}|\S+)|ct state \S+|meta l4proto tcp|counter packets \d+ bytes \d+|counter|drop|reject.*$|comment.*$|[io]if(name)? \S+/g,
    '',
  );
  return {
    chain: rule.split(' ')[1] ?? '',
    from: after('ip6? saddr'),
    to: after('ip6? daddr'),
    dports: after('(?:tcp|th) dport'),
    sports: after('(?:tcp|th) sport'),
    either: { not: false, list: undefined },
    isNew: state.list === undefined || state.list.includes('new') !== state.not,
    isKnown: rest.trim() === '',
  };
}
