import { fileURLToPath } from 'node:url';

/**
 * A container on a machine, as an engine with a bridge network makes it: a network namespace on a bridge,
 * its ports published by address translation, and a `docker-proxy` that listens on them for loopback.
 *
 * Set up once by {@link containerScript}, run on the machine; it ends with the machine. Names, addresses and
 * rules are those of Docker with one container and its defaults. Only the network is the container's own.
 */
const bridge = 'docker0';
const gateway = '172.17.0.1';
const address = '172.17.0.2';
const net = '172.17.0.0/16';

const proxy = fileURLToPath(new URL('../node/port-proxy.ts', import.meta.url));

/** The shell script that makes the container's network and publishes these ports. */
export function containerScript(ports: readonly number[]): string {
  return [
    'ip netns add asd',
    'ip netns exec asd sh -c "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6"',
    `ip -batch - <<'END'`,
    `link add ${bridge} type bridge`,
    `address add ${gateway}/16 dev ${bridge}`,
    `link set ${bridge} up`,
    `link add veth-asd type veth peer name eth0 netns asd`,
    `link set veth-asd master ${bridge} up`,
    'END',
    `ip -n asd -batch - <<'END'`,
    'link set lo up',
    `address add ${address}/16 dev eth0`,
    'link set eth0 up',
    `route add default via ${gateway}`,
    'END',
    'echo 1 >/proc/sys/net/ipv4/ip_forward',
    `iptables-restore --noflush <<'END'`,
    ...natRules(ports),
    ...forwardRules(ports),
    'END',
    '',
  ].join('\n');
}

function natRules(ports: readonly number[]): string[] {
  return [
    '*nat',
    ':DOCKER - [0:0]',
    '-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER',
    '-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER',
    `-A POSTROUTING -s ${net} ! -o ${bridge} -j MASQUERADE`,
    ...ports.map(
      (port) => `-A POSTROUTING -s ${address} -d ${address} -p tcp --dport ${port} -j MASQUERADE`,
    ),
    ...ports.map(
      (port) => `-A DOCKER ! -i ${bridge} -p tcp --dport ${port} -j DNAT --to ${address}:${port}`,
    ),
    'COMMIT',
  ];
}

function forwardRules(ports: readonly number[]): string[] {
  return [
    '*filter',
    ':DOCKER - [0:0]',
    `-A FORWARD -o ${bridge} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
    `-A FORWARD -o ${bridge} -j DOCKER`,
    `-A FORWARD -i ${bridge} ! -o ${bridge} -j ACCEPT`,
    `-A FORWARD -i ${bridge} -o ${bridge} -j ACCEPT`,
    ...ports.map(
      (port) =>
        `-A DOCKER -d ${address} ! -i ${bridge} -o ${bridge} -p tcp --dport ${port} -j ACCEPT`,
    ),
    'COMMIT',
  ];
}

/** The command line that runs `words` in the container's network. */
export function inContainer(words: readonly string[]): string[] {
  return ['nsenter', '--net=/run/netns/asd', '--', ...words];
}

/** The command line of the proxy that passes connections to these ports on to the container. */
export function proxyPort(ports: readonly number[]): string[] {
  return [process.execPath, proxy, address, ...ports.map(String)];
}
