import { CLOUD_ADDRESS, CLOUD_ADDRESS6 } from './cloud-address.ts';
import type { MachinePlan } from './machine-plan.ts';

/**
 * The texts that wire the network: `ip -batch` input and sysctls. Pure.
 *
 * Every host, and the cloud, hangs on the router by a link of its own, has its address as /32 and
 * /128, and sends everything to the router, so that no packet between two of them misses its gates.
 */

/** One instance of the network; the address6 makes it dual-stack, and `second` gives it an eth1. */
export interface NetworkHost {
  readonly name: string;
  readonly address: string;
  readonly address6?: string;
  readonly second?: string;
  readonly machine?: MachinePlan;
}

/** The router's address on every link; a host has no other neighbour. */
const GATEWAY = '169.254.1.1';
const GATEWAY6 = 'fe80::1';

/** The cloud's end of its link. */
export const CLOUD_LINK = 'cloud0';

/** The router's end of the link to `name`. */
function routerLink(name: string): string {
  return `v-${name}`;
}

/** Its end of a second link. A name of fewer than 16 characters must come of it. */
function secondLink(name: string): string {
  return `w-${name}`;
}

/** All second addresses, and nothing else: 10.0.40.0 to 10.0.47.255. */
const secondNet = '10.0.40.0/21';

/** Links from the router to every host and to the cloud, which is where this batch runs. */
export function linkBatch(hosts: readonly NetworkHost[]): string {
  return lines([
    'link set lo up',
    `link add ${routerLink('cloud')} netns router type veth peer name ${CLOUD_LINK}`,
    ...hosts.map(
      ({ name }) =>
        `link add ${routerLink(name)} netns router type veth peer name eth0 netns ${name}`,
    ),
    ...hosts
      .filter(({ second }) => second !== undefined)
      .map(
        ({ name }) =>
          `link add ${secondLink(name)} netns router type veth peer name eth1 netns ${name}`,
      ),
    ...endpointBatch(CLOUD_LINK, { address: CLOUD_ADDRESS, address6: CLOUD_ADDRESS6 }, 'fe80::2'),
  ]);
}

/** The router's links and the way to each host; what belongs to nobody vanishes, as in a VPC. */
export function routerBatch(hosts: readonly NetworkHost[]): string {
  const cloud: NetworkHost = {
    name: 'cloud',
    address: CLOUD_ADDRESS,
    address6: CLOUD_ADDRESS6,
  };
  return lines([
    'link set lo up',
    'route add blackhole default',
    'route add blackhole ::/0 metric 4096',
    ...[cloud, ...hosts].flatMap(({ name, address, address6 }) => [
      `address add ${GATEWAY}/32 dev ${routerLink(name)}`,
      `address add ${GATEWAY6}/64 dev ${routerLink(name)} nodad`,
      `link set ${routerLink(name)} up`,
      `route add ${address}/32 dev ${routerLink(name)}`,
      ...(address6 === undefined ? [] : [`route add ${address6}/128 dev ${routerLink(name)}`]),
    ]),
    ...hosts.flatMap(({ name, second }) =>
      second === undefined
        ? []
        : [
            `address add ${GATEWAY}/32 dev ${secondLink(name)}`,
            `link set ${secondLink(name)} up`,
            `route add ${second}/32 dev ${secondLink(name)}`,
          ],
    ),
  ]);
}

/** A host's own end: its addresses and its way out. `index` makes its link-local address. */
export function hostBatch(host: NetworkHost, index: number): string {
  const { second } = host;
  return lines([
    'link set lo up',
    ...endpointBatch('eth0', host, `fe80::${hex(index + 17)}`),
    ...(second === undefined ? [] : secondBatch(second)),
  ]);
}

/** Second addresses are reached over second links, so that each flow has one link at both ends. */
function secondBatch(second: string): string[] {
  return [
    `address add ${second}/32 dev eth1`,
    'link set eth1 up',
    `route add ${secondNet} via ${GATEWAY} dev eth1 src ${second} onlink`,
  ];
}

function endpointBatch(
  link: string,
  { address, address6 }: Omit<NetworkHost, 'name'>,
  linkLocal: string,
): string[] {
  return [
    `address add ${address}/32 dev ${link}`,
    `address add ${linkLocal}/64 dev ${link} nodad`,
    ...(address6 === undefined ? [] : [`address add ${address6}/128 dev ${link} nodad`]),
    `link set ${link} up`,
    `route add default via ${GATEWAY} dev ${link} src ${address} onlink`,
    ...(address6 === undefined ? [] : [`route add default via ${GATEWAY6} dev ${link}`]),
  ];
}

/**
 * Sysctls of a fresh namespace, before it gets links: addresses are there at once and none makes
 * itself, so that a host looks the same every time one looks.
 */
export const QUIET_SYSCTLS: Readonly<Record<string, string>> = {
  'net/ipv6/conf/default/accept_dad': '0',
  'net/ipv6/conf/default/accept_ra': '0',
  'net/ipv6/conf/default/addr_gen_mode': '1',
  'net/ipv6/conf/default/disable_ipv6': '0',
  'net/ipv6/conf/all/disable_ipv6': '0',
};

/**
 * Sysctls of the router. Connection tracking as loose as AWS's: a packet outside TCP's window still
 * belongs to its flow. UDP streams time out after 180 s (EC2 User Guide; the kernel says 120).
 */
export const ROUTER_SYSCTLS: Readonly<Record<string, string>> = {
  ...QUIET_SYSCTLS,
  'net/ipv4/ip_forward': '1',
  'net/ipv4/conf/all/rp_filter': '0',
  'net/ipv4/conf/default/rp_filter': '0',
  'net/ipv4/conf/all/send_redirects': '0',
  'net/ipv4/conf/default/send_redirects': '0',
  'net/ipv6/conf/all/forwarding': '1',
};

/** Router sysctls that exist only once connection tracking is in use. */
export const TRACKING_SYSCTLS: Readonly<Record<string, string>> = {
  'net/netfilter/nf_conntrack_tcp_be_liberal': '1',
  'net/netfilter/nf_conntrack_udp_timeout_stream': '180',
};

/**
 * The router's rule that makes connection tracking see every flow from its first packet, whatever
 * happens to the security groups' table; without it established flows would count as new.
 */
export const TRACKING_TABLE = lines([
  'table inet tracking {',
  '  chain every-packet {',
  '    type filter hook prerouting priority filter; policy accept;',
  '    ct state new,established,related accept',
  '  }',
  '}',
]);

function lines(content: readonly string[]): string {
  return `${content.join('\n')}\n`;
}

function hex(value: number): string {
  return value.toString(16);
}
