/**
 * What a host's packet filters and routes look like, as text that two untouched hosts share byte
 * for byte: the measure of whether a fault left anything behind.
 */

/** The shell script that prints a host's state, each part under a `# ` heading; run it inside the host. */
export const SNAPSHOT_SCRIPT = `
set -u
section() { echo "# $1"; shift; "$@" 2>&1; }
section 'iptables-save' iptables-save
section 'ip6tables-save' ip6tables-save
section 'nft tables' nft list tables
nft list tables | while read -r word family name; do
  case $family.$name in
  ip.filter|ip.nat|ip.mangle|ip.raw|ip.security) ;;
  ip6.filter|ip6.nat|ip6.mangle|ip6.raw|ip6.security) ;;
  *) section "nft $family $name" nft --stateless list table "$family" "$name" ;;
  esac
done
section 'ip rule' ip -4 rule show
section 'ip -6 rule' ip -6 rule show
section 'ip route' ip -4 route show table all
section 'ip -6 route' ip -6 route show table all
`;

/**
 * Take out of a snapshot what changes by itself: comments and dates, packet counters, lifetimes,
 * cached routes. Tables of built-in chains that accept everything say nothing and go too, as
 * iptables leaves them behind whenever somebody has looked into one.
 */
export function normaliseSnapshot(text: string): string {
  const [head = '', ...parts] = text.split(/^# (?=ip|nft)/m);
  const sections = parts.map((part) => {
    const end = part.indexOf('\n');
    return `# ${part.slice(0, end)}\n${normaliseSection(part.slice(0, end), part.slice(end + 1))}`;
  });
  return head + sections.join('');
}

function normaliseSection(heading: string, body: string): string {
  if (heading.endsWith('-save')) return normaliseSave(body);
  if (heading === 'nft tables') return keepLines(body, (line) => !isIptablesTable(line));
  return keepLines(body, (line) => !/\bcache\b/.test(line))
    .replace(/ expires \S+/g, '')
    .replace(/ (?:used|age) \S+/g, '')
    .replace(/counter packets \d+ bytes \d+/g, 'counter');
}

function normaliseSave(body: string): string {
  const rules = keepLines(body, (line) => !line.startsWith('#'))
    .replace(/\[\d+:\d+\]/g, '[0:0]')
    .replace(/^\*.*\n(?::\S+ ACCEPT \[0:0\]\n)*COMMIT\n/gm, '');
  return rules;
}

function isIptablesTable(line: string): boolean {
  return /^table ip6? (filter|nat|mangle|raw|security)$/.test(line);
}

function keepLines(text: string, keep: (line: string) => boolean): string {
  const kept = text.split('\n').filter((line) => line !== '' && keep(line.trimEnd()));
  return kept.map((line) => `${line.trimEnd()}\n`).join('');
}
