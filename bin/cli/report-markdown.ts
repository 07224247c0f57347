/** The report as Markdown, for the page of a CI job: a table of verdicts, what was seen, and when. */
import { appendFileSync } from 'node:fs';
import { printable } from '../../core/printable.ts';
import type { Report } from '../../core/report.ts';
import type { Verdict } from '../../core/verdict.ts';
import { tell } from './screen.ts';

/** Most of it, in bytes: a page of a job shows nothing at all of what is far too long. */
const bytesMax = 20_000;

/** Evidence of a verdict that is shown. */
const evidenceMax = 6;

export function reportMarkdown(report: Report): string {
  const { experiment, runId, outcome, says, verdicts, residue } = report;
  const lines = [
    `## ${marks[outcome]} ${outcome.toUpperCase()}: ${plain(experiment.name)} on ${plain(experiment.cluster)}`,
    '',
    plain(says),
    '',
    '| verdict | answer | evidence |',
    '| --- | --- | --- |',
    ...Object.entries(verdicts).map(([name, verdict]) => row(name, verdict)),
    '',
    `Run \`${plain(runId)}\`, plan \`${plain(report.plan.digest ?? 'none')}\`, started by ${plain(report.startedBy)}.`,
    ...residue.map((line) => `- left: ${plain(line)}`),
    '',
  ];
  return fitted(lines);
}

/** Adds the report to the page of the CI job that runs this, where there is one (GitHub's variable). */
export function summariseForCi(report: Report): void {
  const file = process.env['GITHUB_STEP_SUMMARY'];
  if (file === undefined || file === '') return;
  try {
    appendFileSync(file, `${reportMarkdown(report)}\n`);
  } catch (error) {
    // How the run ended is what the exit code must tell.
    tell(
      `Cannot add the report to the page of the job as GITHUB_STEP_SUMMARY must be a writable file: found ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

const marks: Readonly<Record<Report['outcome'], string>> = {
  confirmed: '✓',
  'not-confirmed': '✗',
  refused: '–',
  'not-clean': '✗',
  broken: '✗',
};

const names: Readonly<Record<string, string>> = { inForce: 'in force' };
const answers = { confirmed: '✓ confirmed', refuted: '✗ refuted', inconclusive: '? inconclusive' };

function row(name: string, { answer, evidence }: Verdict): string {
  const shown = evidence.slice(0, evidenceMax).map(plain);
  const more = evidence.length > evidenceMax ? [`${evidence.length - evidenceMax} more`] : [];
  return `| ${names[name] ?? name} | ${answers[answer]} | ${[...shown, ...more].join('<br>')} |`;
}

/** Other people's text: nothing in it may be markup, a link or a mention. */
const plain = (text: string): string =>
  printable(text.replaceAll(/\s+/g, ' '))
    .slice(0, 400)
    .replaceAll(/[\\`*_{}[\]()#+!|<>~@&]/g, (sign) => `&#${sign.codePointAt(0)};`);

function fitted(lines: readonly string[]): string {
  let text = '';
  for (const line of lines) {
    if (Buffer.byteLength(text + line) > bytesMax) return `${text}\n(shortened)\n`;
    text += `${line}\n`;
  }
  return text;
}
