import type { Diagnosis, Finding, HostDiagnosis } from './doctor.ts';
import type { Survey } from './inventory.ts';
import { printable } from './printable.ts';

/** A diagnosis as lines for a terminal: a block a host, then what concerns them all; no colour. */
export function diagnosisText(diagnosis: Diagnosis): string[] {
  const { cluster, hosts, findings } = diagnosis;
  const answered = hosts.filter(({ survey }) => survey !== undefined).length;
  const nameWidth = Math.max(...hosts.map(({ instance }) => instance.name.length), 0);
  const lines = [
    `${cluster}: ${answered} of ${hosts.length} hosts answered`,
    '',
    ...hosts.flatMap((host) => hostLines(host, nameWidth)),
    ...findings.map((finding) => `${markOf([finding])}  ${finding.says}`),
    '',
    summaryOf(diagnosis),
  ];
  return lines.map(printable);
}

function hostLines({ instance, survey, findings }: HostDiagnosis, nameWidth: number): string[] {
  const { name, id, role } = instance;
  const rows = survey === undefined ? [] : rowsOf(survey);
  return [
    `${markOf(findings)}  ${name.padEnd(nameWidth)}  ${id}  ${role}`,
    ...rows.map(([what, words]) => `        ${what.padEnd(8)}${words}`),
    ...findings.map(({ refuses, says }) => `      ${refuses ? '!!' : ' !'} ${says}`),
  ];
}

/** Wide enough for the longest, so that what follows stands in a column. */
function markOf(findings: readonly Finding[]): string {
  if (findings.some(({ refuses }) => refuses)) return 'FAIL';
  return findings.length > 0 ? 'warn' : 'ok  ';
}

type Row = readonly [what: string, words: string];

function rowsOf(survey: Survey): Row[] {
  const { agent, timer, tools, iptables, abilities, container, listens } = survey;
  const backend = iptables === undefined ? '' : ` (iptables is ${iptables})`;
  return [
    ['agent', `${agent ?? 'of unknown version'}; timer by ${timer}; clock ${clockWords(survey)}`],
    ['tools', `${listed(tools)}${backend}`],
    ['kernel', `${listed(abilities)}${container ? '; ports lead into a container' : ''}`],
    ['listens', listed(listens)],
    ...nodeRows(survey),
  ];
}

function clockWords({ clock }: Survey): string {
  if (clock === undefined) return 'not compared';
  const { offsetMs, errorMs, by } = clock;
  return `${offsetMs < 0 ? '-' : '+'}${rounded(Math.abs(offsetMs))} ms, give or take ${rounded(errorMs)} (${by})`;
}

/** A tenth of a millisecond is as fine as anyone wants to read. */
const rounded = (milliseconds: number): string => String(Math.round(10 * milliseconds) / 10);

function nodeRows({ node }: Survey): Row[] {
  if (node === undefined) return [];
  const { id, build, principal, rack, ports, fabricAddresses } = node;
  const where = rack === undefined ? '' : `, rack ${rack}`;
  const own = Object.entries(ports).map(([name, port]) => `${name} ${port}`);
  return [
    ['node', `${id}, build ${build}, principal ${principal}${where}`],
    ['ports', listed(own)],
    ...(fabricAddresses.length > 1 ? [['fabric', listed(fabricAddresses)] as const] : []),
  ];
}

const listed = (words: readonly (string | number)[]): string =>
  words.length === 0 ? 'none' : words.join(', ');

function summaryOf({ fit, hosts, findings }: Diagnosis): string {
  const all = [...findings, ...hosts.flatMap((host) => host.findings)];
  const refusing = all.filter(({ refuses }) => refuses).length;
  const problems = counted(refusing, 'problem');
  const warnings = counted(all.length - refusing, 'warning');
  return `${fit ? 'Fit' : 'NOT FIT'}: ${problems}, ${warnings}. Nothing was changed.`;
}

const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`;
