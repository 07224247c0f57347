import type { Kept, RunFinished } from '../core/run-finished.ts';
import type { Measurement } from '../core/run-metrics.ts';
import type { Gateways } from './gateways.ts';

/** One file of a report. */
export interface ReportFile {
  readonly name: string;
  /** Its media type; the text is in UTF-8, whichever it is. */
  readonly type: string;
  readonly text: string;
}

/** What a number is of, beside the deployment. */
export interface Measured {
  readonly runId: string;
  readonly cluster: string;
  readonly experiment: string;
}

/**
 * How a report reaches people beyond the journal. What it cannot do it throws, within seconds: the journal
 * has the report already, and whoever wrote it has little time left.
 */
export interface Delivery {
  /** The deployment, by its journal table. */
  readonly journal: string;
  /** Keeps files under a folder, over what is there; the answer is where the first of them is. */
  keep(folder: string, files: readonly ReportFile[]): Promise<Kept>;
  /** Sends the event of a run's end. */
  announce(detail: RunFinished): Promise<void>;
  /** Counts numbers of a run. Never throws. */
  count(of: Measured, measurements: readonly Measurement[]): void;
  /** Tells the log of what could not be delivered. Never throws. */
  tell(runId: string, says: string): void;
}

/** The gateways of those that write reports. */
export interface ReportingGateways extends Gateways {
  readonly delivery: Delivery;
}
