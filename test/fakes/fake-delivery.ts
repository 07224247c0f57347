import { RunFinished } from '../../core/run-finished.ts';
import type { Kept } from '../../core/run-finished.ts';
import type { Measurement } from '../../core/run-metrics.ts';
import type { Delivery, Measured, ReportFile } from '../../lambda/delivery.ts';

/** Bucket, bus, metrics and log in memory; bucket and bus may be broken. */
export class FakeDelivery implements Delivery {
  readonly journal = 'Journal';
  /** What the bucket holds: text by path. */
  readonly files = new Map<string, string>();
  readonly events: RunFinished[] = [];
  readonly counted: { of: Measured; measurements: readonly Measurement[] }[] = [];
  readonly told: string[] = [];
  /** Whatever is thrown by whom, until it is taken away; each attempt is counted. */
  readonly broken: { keep?: Error | undefined; announce?: Error | undefined } = {};
  readonly attempts = { keep: 0, announce: 0 };

  async keep(folder: string, files: readonly ReportFile[]): Promise<Kept> {
    this.attempts.keep += 1;
    if (this.broken.keep !== undefined) throw this.broken.keep;
    for (const { name, text } of files) this.files.set(`${folder}/${name}`, text);
    const url = `s3://reports/${folder}/${files[0]?.name}`;
    return { url, consoleUrl: `https://console.example/${folder}` };
  }

  async announce(detail: RunFinished): Promise<void> {
    this.attempts.announce += 1;
    if (this.broken.announce !== undefined) throw this.broken.announce;
    this.events.push(RunFinished.parse(detail));
  }

  count(of: Measured, measurements: readonly Measurement[]): void {
    this.counted.push({ of, measurements });
  }

  tell(_runId: string, says: string): void {
    this.told.push(says);
  }
}
