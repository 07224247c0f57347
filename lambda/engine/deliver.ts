/**
 * Takes a report beyond the journal: files in a bucket, an event, numbers for CloudWatch.
 *
 * Started once the journal has the report; ends within seconds, and never fails: what could not be
 * delivered is told, and the sweeper tries again for as long as it looks at the run. The event of an outcome
 * is sent once, but for a writer that dies between the event and its note, or two that write at once.
 */
import type { Note } from '../../core/note.ts';
import type { Report } from '../../core/report.ts';
import { runFinishedOf } from '../../core/run-finished.ts';
import type { Kept } from '../../core/run-finished.ts';
import { measurementsOf, runMetrics } from '../../core/run-metrics.ts';
import { notesOf } from '../../core/story.ts';
import type { Delivery, ReportingGateways } from '../delivery.ts';
import { reportFiles } from './report-files.ts';

/** What became of a report. */
export interface Delivered {
  readonly kept: Kept | undefined;
  /** Why something could not be delivered; none: it all was. */
  readonly failures: readonly string[];
}

type DeliveredNote = Extract<Note, { kind: 'delivered' }>;

/** Delivers what has not been delivered yet, by the notes of the run. Never throws. */
export async function deliver(
  report: Report,
  notes: readonly Note[],
  gateways: ReportingGateways,
): Promise<Delivered> {
  const { journal, delivery, clock } = gateways;
  const digest = gateways.digest(report);
  const before = stateOf(report, digest, notes);
  if (before.kept !== undefined && before.announced) return { kept: before.kept, failures: [] };
  const failures: string[] = [];
  const attempt = async <Value>(what: string, act: () => Promise<Value>) => {
    try {
      return await act();
    } catch (error) {
      failures.push(`${what}: ${reasonOf(error)}`);
      return undefined;
    }
  };
  const kept =
    before.kept ?? (await attempt('the report was not kept in S3', () => keep(report, delivery)));
  const announced =
    before.announced ||
    (await attempt('the event was not sent', () => announce(report, kept, delivery))) === true;
  const { runId, outcome, life } = report;
  const isNews = kept !== before.kept || announced !== before.announced;
  const note = { outcome, life, digest, kept: kept ?? null, announced };
  if (isNews) {
    await attempt('the journal did not note what was delivered', () =>
      journal.note(runId, { kind: 'delivered', at: clock.now(), ...note }),
    );
  }
  if (failures.length > 0) tellFailures(report, failures, delivery);
  return { kept, failures };
}

/** Whether a report was delivered whole. */
export function isDelivered(report: Report, notes: readonly Note[]): boolean {
  return notesOf(notes, 'delivered').some(
    (note) => isOf(report, note) && note.announced && note.kept !== null,
  );
}

/** Where the newest files of a run are; undefined where none could be kept. */
export function keptIn(notes: readonly Note[]): Kept | undefined {
  return notesOf(notes, 'delivered').findLast(({ kept }) => kept !== null)?.kept ?? undefined;
}

interface State {
  readonly kept: Kept | undefined;
  readonly announced: boolean;
}

/** The files are those of the newest report; the event tells of an outcome, whatever else is known by then. */
function stateOf(report: Report, digest: string, notes: readonly Note[]): State {
  const delivered = notesOf(notes, 'delivered');
  const newest = delivered.findLast(({ kept }) => kept !== null);
  const isNewest = newest?.digest === digest;
  return {
    kept: isNewest ? (newest.kept ?? undefined) : undefined,
    announced: delivered.some((note) => isOf(report, note) && note.announced),
  };
}

const isOf = ({ outcome, life }: Report, note: DeliveredNote): boolean =>
  note.outcome === outcome && note.life === life;

/** CLUSTER/YYYY/MM/DD/RUN, by the day (UTC) on which the run was opened, whoever writes its report, and when. */
function folderOf({ experiment, timing, runId }: Report): string {
  const [day = ''] = new Date(timing.openedAt ?? 0).toISOString().split('T');
  return [experiment.cluster, ...day.split('-'), runId].join('/');
}

const keep = (report: Report, delivery: Delivery): Promise<Kept> =>
  delivery.keep(folderOf(report), reportFiles(report));

/** The numbers go with the event, so that a run counts once; of one that is stuck there is more to come. */
async function announce(report: Report, kept: Kept | undefined, delivery: Delivery): Promise<true> {
  await delivery.announce(runFinishedOf(report, { journal: delivery.journal, kept }));
  if (report.life === 'final') delivery.count(measuredOf(report), measurementsOf(report));
  return true;
}

function tellFailures(report: Report, failures: readonly string[], delivery: Delivery): void {
  for (const says of failures) delivery.tell(report.runId, says);
  const notDelivered = { name: runMetrics.notDelivered, unit: 'Count', value: 1 } as const;
  delivery.count(measuredOf(report), [notDelivered]);
}

const measuredOf = ({ runId, experiment }: Report) => ({
  runId,
  cluster: experiment.cluster,
  experiment: experiment.name,
});

/** A service's error has a name that says more than its message does. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === 'Error' ? error.message : `${error.name}: ${error.message}`;
}
