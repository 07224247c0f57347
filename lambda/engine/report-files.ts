import { reportHtml } from '../../core/report-html.ts';
import type { Report } from '../../core/report.ts';
import type { ReportFile } from '../delivery.ts';

/** The files of a report, the one for people first. */
export function reportFiles(report: Report): ReportFile[] {
  const json = `${JSON.stringify(report, undefined, 2)}\n`;
  return [
    { name: 'report.html', type: 'text/html', text: reportHtml(report) },
    { name: 'report.json', type: 'application/json', text: json },
  ];
}
