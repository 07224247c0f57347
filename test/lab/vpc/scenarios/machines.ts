import { runCommand } from '../../../../lab/vpc/command.ts';
import { containerScript, inContainer } from '../../../../lab/vpc/container.ts';
import { iptablesPrograms, nftPrograms } from '../../../../lab/vpc/machine-plan.ts';
import { createNetwork } from '../../../../lab/vpc/network.ts';
import { defineUnit } from '../../../../lab/vpc/systemctl-shim.ts';

/** Machines that are not the usual ones, each of another kind. */

const filters = [...iptablesPrograms, ...nftPrograms];
const network = await createNetwork([
  { name: 'n1', address: '10.0.1.11', second: '10.0.41.11' },
  { name: 'n2', address: '10.0.2.12', second: '10.0.42.12' },
  { name: 'modern', address: '10.0.1.21', machine: { hides: iptablesPrograms, firewall: 'nft' } },
  { name: 'bare', address: '10.0.1.22', machine: { hides: filters, firewall: 'none' } },
  { name: 'old', address: '10.0.1.23', machine: { firewall: 'long' } },
]);

const sh = async (host: string, script: string): Promise<string> => {
  const { stdout, stderr } = await network.run(host, ['sh', '-c', script]);
  return `${stdout}${stderr}`.trim();
};

await sh(
  'n1',
  defineUnit('aerospike', [process.execPath, '-e', "process.title='asd';setInterval(()=>{},9e5)"]),
);
const service = {
  unknown: await sh('n1', 'systemctl is-active other; echo $?; systemctl stop other; echo $?'),
  before: await sh('n1', 'systemctl is-active aerospike; echo $?; ps -e -o comm='),
  started: await sh(
    'n1',
    'systemctl start --no-block aerospike; systemctl is-active aerospike.service',
  ),
  pid: await sh('n1', 'sleep 0.5; cat /proc/$(systemctl show -p MainPID --value aerospike)/comm'),
  again: await sh('n1', 'systemctl start aerospike; ps -e -o comm= | grep -c asd'),
  elsewhere: await sh('n2', 'ps -e -o comm= | grep -c asd'),
  frozen: await sh(
    'n1',
    'kill -STOP $(systemctl show -p MainPID --value aerospike); ps -o stat= -C asd | cut -c1',
  ),
  stopped: await sh(
    'n1',
    'systemctl stop aerospike; systemctl is-active --quiet aerospike; echo $?; ps -e -o comm= | grep -c asd',
  ),
  restarted: await sh('n1', 'systemctl restart aerospike; systemctl show -p ActiveState aerospike'),
  systemd: await sh('n1', 'ls /run/systemd 2>/dev/null; echo none'),
  orphans: await sh('n1', 'setsid sleep 0.1 & sleep 0.5; ps -e -o stat= | grep -c Z'),
};

const tools =
  'for t in iptables ip6tables iptables-save nft ip ss; do command -v $t >/dev/null && printf "%s " $t; done';
const programs = {
  usual: await sh('n1', tools),
  modern: await sh('modern', `${tools}; nft list ruleset | grep -c established`),
  bare: await sh('bare', tools),
  outside: (await runCommand(['sh', '-c', `${tools}; ls -l /usr/bin/systemctl | cut -c1`])).stdout,
};
const rules = await sh(
  'old',
  'iptables -S | grep -c "^-A"; ip6tables -S | grep -c "^-A"; iptables -S INPUT | sed -n 2p',
);

/** Answers every connection with the address that it came from. */
const serve = `require('node:net').createServer((s) => s.end(s.remoteAddress)).listen(3000, '0.0.0.0')`;
const ask = (address: string) =>
  `timeout 10 bash --norc -c 'exec 3<>/dev/tcp/${address}/3000; cat <&3'`;

await sh('n2', defineUnit('aerospike', [process.execPath, '-e', serve]));
/** Waits until somebody listens on port 3000, ten seconds at most. */
const listening = 'for _ in $(seq 100); do ss -Hltn | grep -q :3000 && break; sleep 0.1; done';
await sh('n2', `systemctl start aerospike; ${listening}`);
const links = {
  first: await sh('n1', `ip route get 10.0.2.12 | grep -o 'dev eth.'; ${ask('10.0.2.12')}`),
  second: await sh('n1', `ip route get 10.0.42.12 | grep -o 'dev eth.'; ${ask('10.0.42.12')}`),
  snapshot: (await network.snapshot('n1')).includes('dev eth1 src 10.0.41.11'),
};

await sh('old', containerScript([3000]));
await sh('old', defineUnit('aerospike', inContainer([process.execPath, '-e', serve])));
await sh('old', `systemctl start aerospike; ${listening}; sleep 1`);
const container = {
  listens: await sh('old', 'ss -Hltn | grep -c :3000'),
  fromOutside: await sh('n1', ask('10.0.1.23')),
  fromTheMachine: await sh('old', ask('10.0.1.23')),
  outwards: await sh('old', `ip netns exec asd ${ask('10.0.2.12')}`),
  equal: (await network.snapshot('old')) === (await network.snapshot('old')),
};
await network.close();
process.stdout.write(JSON.stringify({ service, programs, rules, links, container }));
