import type { RunItem } from '../journal.ts';
import type { HoldService, HostCut, HostReroute, HostRoute, HostStep, PauseXdr } from '../step.ts';
import { word } from './shell.ts';

/**
 * Lines of sh, for root on the host, that take away what a step did there, without any of our scripts: by
 * the names that host/method-*.sh and host/filter*.sh give things.
 *
 * What a person leaves alone: the timer, which then finds nothing, and empty tables that iptables made.
 */
export function onHost(step: HostStep, run: RunItem): string[] {
  return [...refuseLate(run), ...takenAway(step, run)];
}

const stateRoot = '/run/aerofault';
const graveRoot = '/var/lib/aerofault';

/** The tombstone that stops scripts which come late; then whoever was at it is waited for. */
function refuseLate({ runId }: RunItem): string[] {
  return [
    `mkdir -p ${graveRoot} ${stateRoot}; date +%s%3N >${graveRoot}/${runId}.tombstone`,
    `flock -w 20 ${stateRoot}/${runId}.lock true`,
  ];
}

function takenAway(step: HostStep, run: RunItem): string[] {
  switch (step.kind) {
    case 'host-cut':
      return filterLines(step, run, { table: 'filter', chains: [chainOf(step, run)] });
    case 'host-reroute': {
      const chain = chainOf(step, run);
      const chains = step.source === undefined ? [chain] : [chain, `${chain}-s`];
      return filterLines(step, run, { table: 'nat', chains });
    }
    case 'host-route':
      return routeLines(step, run);
    case 'hold-service':
      return serviceLines(step, run);
    case 'pause-xdr':
      return xdrLines(step, run);
  }
}

const chainOf = ({ part = 0 }: HostStep, { runId }: RunItem): string =>
  `AEROFAULT-${runId}-${part}`;
const noteOf = ({ part = 0 }: HostStep, { runId }: RunItem, name: string): string =>
  `${stateRoot}/${runId}/${part}/${name}`;
/** Where a boot leaves it, and where it lay formerly. */
const lastingOf = (step: HostStep, run: RunItem, name: string): string =>
  `${graveRoot}/${run.runId}-${step.part ?? 0}.${name} ${noteOf(step, run, name)}`;

interface Chains {
  readonly table: 'filter' | 'nat';
  readonly chains: readonly string[];
}

function filterLines(step: HostCut | HostReroute, run: RunItem, where: Chains): string[] {
  const { part = 0, filter, peers } = step;
  const byIptables = familiesOf(peers).flatMap(({ iptables }) => iptablesLines(iptables, where));
  const byNft = `nft delete table inet aerofault_${run.runId}_${part}`;
  if (filter === 'nft') return [byNft];
  return filter === 'iptables'
    ? byIptables
    : [...byIptables, '# Or, on a host without iptables:', byNft];
}

/** The jumps first, as iptables-save tells them, for a chain that is referred to cannot be deleted. */
function iptablesLines(iptables: string, { table, chains }: Chains): string[] {
  return chains.flatMap((chain) => {
    const jump = String.raw`s/^-A \([A-Z]* .*-j ${chain}\)$/${iptables} -w 5 -t ${table} -D \1/p`;
    const each = [`-F ${chain}`, `-X ${chain}`].map(
      (what) => `${iptables} -w 5 -t ${table} ${what}`,
    );
    return [`${iptables}-save -t ${table} | sed -n '${jump}' | sh`, each.join('; ')];
  });
}

function routeLines(step: HostRoute, run: RunItem): string[] {
  const { peers, how } = step;
  const byIp = familiesOf(peers).map(
    ({ ip, length, own }) =>
      `for peer in ${own.map(word).join(' ')}; do ${ip} route del ${how} "$peer/${length}" proto 177; done`,
  );
  const byBusybox = [
    '# Or, on a host without ip:',
    `for peer in ${peers.map(word).join(' ')}; do busybox route del -host "$peer" reject; done`,
  ];
  const isForBusybox = how === 'unreachable' && !peers.some(isIpv6);
  return [...byIp, ...(isForBusybox ? byBusybox : []), `rm -f ${noteOf(step, run, 'routes')}`];
}

function serviceLines(step: HoldService, run: RunItem): string[] {
  const { how, name } = step;
  if (how === 'stop') {
    const start = `systemctl reset-failed ${word(name)}; systemctl start --no-block ${word(name)}`;
    return [start, `rm -f ${lastingOf(step, run, 'service')}`];
  }
  const note = noteOf(step, run, 'service');
  return [`while read -r _ pid _; do kill -CONT "$pid"; done <${note}`, `rm -f ${note}`];
}

/** By asinfo of aerospike-tools; settings that are not the default ones are in the note of the step. */
function xdrLines(step: PauseXdr, run: RunItem): string[] {
  const { address, port, how, dc, namespaces } = step;
  const note = lastingOf(step, run, 'xdr');
  const tell = (command: string): string =>
    `asinfo -h ${word(address)} -p ${port} -v ${word(command)}`;
  if (how === 'force-linkdown') {
    return [tell(`xdr-command:force-linkdown=false;dc=${dc}`), `rm -f ${note}`];
  }
  const rewind = rewindOf(step, run);
  return [
    ...namespaces.map(
      (name) =>
        `${tell(`set-config:context=xdr;dc=${dc};namespace=${name};action=add;rewind=`)}${rewind}`,
    ),
    `cat ${note} 2>/dev/null # Behind each namespace: its lag and the settings it had; set again what differs`,
    `rm -f ${note}`,
  ];
}

/** Seconds, as xdr.bash counts them, but from the run's opening on, for only the host knows the lag. */
const rewindOf = ({ rewind }: PauseXdr, { openedAt }: RunItem): string =>
  rewind === undefined ? `$(($(date +%s) - ${Math.floor(openedAt / 1000)}))` : String(rewind);

const isIpv6 = (address: string): boolean => address.includes(':');

/** The tools of each family that has peers. */
function familiesOf(peers: readonly string[]) {
  const own = { 4: peers.filter((one) => !isIpv6(one)), 6: peers.filter(isIpv6) };
  return [
    { iptables: 'iptables', ip: 'ip -4', length: 32, own: own[4] },
    { iptables: 'ip6tables', ip: 'ip -6', length: 128, own: own[6] },
  ].filter((family) => family.own.length > 0);
}
