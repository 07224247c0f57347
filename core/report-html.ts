/**
 * The report as one page: HTML that needs nothing else, runs no script and asks no network. Its order is that
 * of questions people have: did it work, what happened when, what was stopped, was it what we expected, is
 * everything back, how do you know, and what don't you know.
 */
import { abridged, shares } from './report/abridged.ts';
import type { Abridged } from './report/abridged.ts';
import { byHand } from './report-html/by-hand.ts';
import { embedded } from './report-html/embedded.ts';
import { zeroOf } from './report-html/clock.ts';
import { head } from './report-html/head.ts';
import { markup, nothing } from './report-html/markup.ts';
import type { Content, Markup } from './report-html/markup.ts';
import { markerTable } from './report-html/markers.ts';
import { matrix } from './report-html/matrix.ts';
import { details } from './report-html/origin.ts';
import { changes, cost, counters, evidence, limits } from './report-html/sections.ts';
import { hypothesisTable, partEvidence, xdr } from './report-html/sections.ts';
import { style } from './report-html/style.ts';
import { section } from './report-html/table.ts';
import { eventList, timelineTables } from './report-html/timeline/lists.ts';
import { timelinePicture } from './report-html/timeline/timeline.ts';
import { timingTable } from './report-html/timings.ts';
import { outcomeWords } from './report-html/words.ts';
import type { Report } from './report.ts';

/** What a page may weigh, in bytes. */
export const bytesMax = 400_000;

const here = 'are on this page; the report as JSON has all';

/** Nothing is fetched, nothing is run; only the page's own style counts. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/**
 * The page of a report. Pure: the same report gives the same page, byte for byte. Long series are cut down to
 * their extremes, and the page tells what it leaves out.
 */
export function reportHtml(report: Report): string {
  let page = '';
  for (const share of shares) {
    page = pageOf(report, abridged(report, share, here)).markup;
    if (new TextEncoder().encode(page).length <= bytesMax) return page;
  }
  return page;
}

function pageOf(whole: Report, fewer: Abridged): Markup {
  const { report, leftOut } = fewer;
  const { word } = outcomeWords(report);
  return markup`<!doctype html>
    <html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
    <meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
    <title>${word}: ${report.experiment.name} on ${report.experiment.cluster}, run ${report.runId}</title>
    <style>${style}</style></head>
    <body><div class="page"><a class="skip" href="#main">Skip to the timeline</a>
    ${head(whole)}
    <main id="main" tabindex="-1">${sections(whole, fewer)}</main>
    <footer class="foot">Report of aerofault, schema ${report.schemaVersion}. All of it as JSON: <code>aerofault report ${report.runId} --json</code>; ${leftOut.length === 0 ? 'it is' : 'what this page has of it is'} in the element <code>#report</code>, too.</footer>
    ${embedded(report)}</div></body></html>`;
}

function sections(whole: Report, fewer: Abridged): Content {
  const { report, leftOut } = fewer;
  return [
    section('timeline', '1 Timeline', timeline(report)),
    section('matrix', '2 Connections', matrix(whole, fewer)),
    section('expected', '3 Expected against seen', [hypothesisTable(report), markerTable(report)]),
    section('timing', '4 Timings', timingTable(whole)),
    section('changes', '5 Changed and put back', [changes(report), byHand(report)]),
    section('evidence', '6 Evidence', [
      markup`<div class="columns">${evidence(report)}</div>`,
      partEvidence(report),
      xdr(report),
      counters(report),
      details(report),
    ]),
    section('cost', '7 Cost', cost(report)),
    section('limits', '8 What this report cannot say', limits(report, leftOut)),
  ];
}

const timeline = (report: Report): Content => [
  markup`<div class="picture scroll" tabindex="0" role="group" aria-label="Timeline">${timelinePicture(report)}</div>`,
  markup`<p class="legend">Zero is when ${zeroOf(report).says}. ${
    report.nodes.length === 0
      ? nothing
      : 'In a band: letter of the cluster key and cluster size as the node told, ◆ where it was principal itself; a dark foot where it migrated; dotted where it gave no answer, dashed where it was no member. Hatched: not the whole cluster.'
  } ${report.timing.injectedAt === null ? '' : 'Shaded: the fault.'}</p>`,
  eventList(report),
  timelineTables(report),
];
