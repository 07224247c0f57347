import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { CLOUD_ADDRESS, CLOUD_ADDRESS6 } from '../../../../lab/vpc/cloud-address.ts';
import { runCommand } from '../../../../lab/vpc/command.ts';
import { createNetwork } from '../../../../lab/vpc/network.ts';
import { buildWorld } from '../../../../lab/vpc/world.ts';

const { hosts } = buildWorld({ cluster: 'orders', nodes: 3, clients: 1, dualStack: true });
const network = await createNetwork(hosts);

const sh = async (host: string, script: string) => {
  const { code, stdout, stderr } = await network.run(host, ['sh', '-c', script]);
  return { code, output: `${stdout}${stderr}`.trim() };
};
const refused = async (call: () => unknown) => {
  try {
    await call();
    return 'not refused';
  } catch (error) {
    return String(error);
  }
};

const mark = `mark-${process.hrtime.bigint()}`;
const write = await sh('n1', `for d in /run /tmp /var/lib/aerofault; do echo n1 >$d/${mark}; done`);
const READ = `cat /run/${mark} /tmp/${mark} /var/lib/aerofault/${mark} 2>/dev/null | tr '\\n' ' '`;
const isolation = {
  write,
  own: await sh('n1', READ),
  other: await sh('n2', READ),
  machine: ['/run', '/tmp', '/var/lib/aerofault'].filter((path) => existsSync(`${path}/${mark}`)),
  systemd: await sh('n1', 'ls -d /run/systemd /run/dbus 2>/dev/null'),
  links: await sh('n1', 'ls /sys/class/net >/dev/null; ip -o link | cut -d: -f2 | cut -d@ -f1'),
};

const first = await network.snapshot('n1');
const second = await network.snapshot('n1');
const CHANGES: Readonly<Record<string, readonly [apply: string, undo: string]>> = {
  'iptables rule': [
    'iptables -I INPUT -j DROP -s 10.9.9.9',
    'iptables -D INPUT -j DROP -s 10.9.9.9',
  ],
  'ip6tables rule': ['ip6tables -I INPUT -j DROP -s 2001:db8:9::9', 'ip6tables -D INPUT 1'],
  'empty chain': ['iptables -N AEROFAULT-x', 'iptables -X AEROFAULT-x'],
  'nft table': ['nft add table inet left', 'nft delete table inet left'],
  'raw table rule': ['iptables -t raw -A PREROUTING -j ACCEPT', 'iptables -t raw -F'],
  'blackhole route': ['ip route add blackhole 10.9.9.9', 'ip route del blackhole 10.9.9.9'],
  'IPv6 route': ['ip -6 route add unreachable 2001:db8:9::9', 'ip -6 route del 2001:db8:9::9'],
  rule: ['ip rule add from 10.9.9.9 table 9', 'ip rule del from 10.9.9.9'],
  'IPv6 rule': ['ip -6 rule add from 2001:db8:9::9 table 9', 'ip -6 rule del from 2001:db8:9::9'],
};
const changes: Record<string, unknown> = {};
for (const [name, [apply, undo]] of Object.entries(CHANGES)) {
  const applied = await sh('n1', apply);
  const during = await network.snapshot('n1');
  const undone = await sh('n1', undo);
  const after = await network.snapshot('n1');
  changes[name] = { seen: during !== first, equalAfter: after === first, applied, undone };
}

const server = createServer((_, response) => response.end('the cloud'));
server.listen(8080, '::');
await once(server, 'listening');
const GET = `fetch(process.argv[1], { signal: AbortSignal.timeout(1500) })
  .then((answer) => answer.text(), (error) => 'cut: ' + error.name)
  .then((said) => process.stdout.write(said, () => process.exit()));`;
const get = async (host: string, address = CLOUD_ADDRESS) => {
  const url = `http://${address}:8080/`;
  return (await network.run(host, [process.execPath, '-e', GET, url])).stdout.trim();
};
const before = await get('n1');
const over6 = await get('n1', `[${CLOUD_ADDRESS6}]`);
await sh('n1', `iptables -I OUTPUT 1 -d ${CLOUD_ADDRESS} -p tcp --dport 8080 -j DROP`);
const http = { before, over6, cut: await get('n1'), other: await get('n2') };
await sh('n1', 'iptables -D OUTPUT 1');
const restored = await get('n1');
server.close();

const firewall = await sh('n1', 'iptables -S INPUT | sed -n 2p; ip6tables -S INPUT | sed -n 2p');
const refusals = {
  unknownHost: await refused(() => network.enter('nobody', ['true'])),
  router: await refused(() => network.run('router', ['true'])),
  usedNamespace: await refused(() => createNetwork(hosts)),
  brokenRules: await refused(() => network.enforce('table inet vpc { nonsense\n}\n')),
};
const twin = await refused(() => createNetwork([hosts[0]!, hosts[0]!]));

const left = network.enter('n2', ['sleep', '60'], { stdio: 'ignore' });
await network.close();
const { stdout: linksAfter } = await runCommand(['ip', '-o', 'link', 'show']);
const again = await createNetwork(hosts);
const closed = {
  killed: left.signalCode,
  links: linksAfter.trim().split('\n').length,
  markAfterRebuild: (await again.run('n1', ['cat', `/run/${mark}`])).code,
};
await again.close();

process.stdout.write(
  JSON.stringify({
    isolation,
    snapshot: { first, second },
    changes,
    http: { ...http, restored },
    firewall,
    refusals: { ...refusals, twin },
    closed,
  }),
);
