import type { Firewall } from './machine-plan.ts';

/** The script that sets up a machine's own firewall, so that faults are tried against rules as people have them. */
export function firewallScript(firewall: Firewall): string {
  switch (firewall) {
    case 'usual':
      return restoring(BASELINE_FIREWALL);
    case 'long':
      return restoring(LONG_FIREWALL);
    case 'nft':
      return `nft -f - <<'END'\n${NFT_FIREWALL}END\n`;
    case 'none':
      return '';
  }
}

function restoring(rules: string): string {
  return ['iptables', 'ip6tables']
    .map((family) => `${family}-restore <<'END'\n${rules}END\n`)
    .join('');
}

/**
 * An ordinary host firewall, the same for both families: established connections first, as nearly
 * everybody has it, then loopback, then the rest. A fault inserted after the first rule would miss.
 */
const BASELINE_FIREWALL = lines([
  '*filter',
  ':INPUT ACCEPT [0:0]',
  ':FORWARD ACCEPT [0:0]',
  ':OUTPUT ACCEPT [0:0]',
  '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
  '-A INPUT -i lo -j ACCEPT',
  '-A INPUT -j ACCEPT',
  '-A OUTPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
  '-A OUTPUT -o lo -j ACCEPT',
  '-A OUTPUT -j ACCEPT',
  'COMMIT',
]);

/** The rules of a machine that has had many owners, in a chain for each hook; a hundred in all. */
const LONG_FIREWALL = lines([
  '*filter',
  ':INPUT ACCEPT [0:0]',
  ':FORWARD ACCEPT [0:0]',
  ':OUTPUT ACCEPT [0:0]',
  ':TEAM-IN - [0:0]',
  ':TEAM-OUT - [0:0]',
  '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
  '-A INPUT -i lo -j ACCEPT',
  '-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT',
  '-A INPUT -j TEAM-IN',
  '-A INPUT -p tcp -m multiport --dports 3000:3003 -j ACCEPT',
  '-A INPUT -j ACCEPT',
  '-A OUTPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
  '-A OUTPUT -o lo -j ACCEPT',
  '-A OUTPUT -j TEAM-OUT',
  '-A OUTPUT -j ACCEPT',
  ...numbers(60).map((n) => `-A TEAM-IN -p tcp -m tcp --dport ${9100 + n} -j ACCEPT`),
  ...numbers(30).map((n) => `-A TEAM-OUT -p udp -m udp --dport ${8100 + n} -j DROP`),
  'COMMIT',
]);

/** The usual firewall, by nftables itself. */
const NFT_FIREWALL = lines([
  'table inet filter {',
  ...['input', 'output'].flatMap((hook) => [
    `  chain ${hook} {`,
    `    type filter hook ${hook} priority filter; policy accept;`,
    '    ct state established,related accept',
    `    ${hook === 'input' ? 'iifname' : 'oifname'} "lo" accept`,
    '    accept',
    '  }',
  ]),
  '}',
]);

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function lines(content: readonly string[]): string {
  return `${content.join('\n')}\n`;
}
