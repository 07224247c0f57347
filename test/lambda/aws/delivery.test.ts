import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { Report } from '../../../core/report.ts';
import { runFinishedOf } from '../../../core/run-finished.ts';
import { startEventBridge } from '../../../lab/cloud/event-bridge.ts';
import { startEventBus } from '../../../lab/cloud/event-bus.ts';
import { startS3 } from '../../../lab/cloud/s3.ts';
import { awsDelivery } from '../../../lambda/aws/delivery.ts';
import { embeddedMetrics } from '../../../lambda/aws/embedded-metrics.ts';
import { reportFiles } from '../../../lambda/engine/report-files.ts';
import { until } from '../../lab/cloud/until.ts';
import { connectionTo, httpFake, json } from './http-fake.ts';

/** The adapters against the lab's S3 and EventBridge, by the SDK's own clients. */

const local = { host: '127.0.0.1', port: 0 };
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const report = Report.parse(
  JSON.parse(
    readFileSync(join(import.meta.dirname, '../../recorded/isolate-one-node.report.json'), 'utf8'),
  ),
);
const files = [{ name: 'report.json', type: 'application/json', text: '{"says":"Größe"}\n' }];
const folder = 'orders/2027/01/15/run1';
const key = `${folder}/report.json`;
const detail = runFinishedOf(report, { journal: 'Journal', kept: undefined });

function deliveryTo(url: string, bucket: string | undefined = 'reports') {
  const connection = { ...connectionTo(9), endpoint: url, requestMs: 1_000 };
  const environment = { JOURNAL_TABLE: 'Journal', AWS_REGION: 'eu-central-1' };
  return awsDelivery({ ...environment, REPORT_BUCKET: bucket }, connection);
}

async function aBucket() {
  const s3 = await startS3({ ...local, buckets: ['reports'] });
  closing.push(() => s3.close());
  return s3;
}

describe('keep()', () => {
  test('puts every file as it is, and says where the first is', async () => {
    const s3 = await aBucket();
    const html = { name: 'report.html', type: 'text/html', text: '<p>ü</p>' };
    expect(await deliveryTo(s3.url).keep(folder, [html, ...files])).toEqual({
      url: `s3://reports/${folder}/report.html`,
      consoleUrl: `https://eu-central-1.console.aws.amazon.com/s3/object/reports?region=eu-central-1&prefix=${encodeURIComponent(`${folder}/report.html`)}`,
    });
    expect(s3.objects.get(`s3://reports/${key}`)).toEqual({
      text: files[0]?.text,
      type: 'application/json; charset=utf-8',
    });
    expect(s3.objects.get(`s3://reports/${folder}/report.html`)?.text).toBe('<p>ü</p>');
  });

  test('tells the charset of every file of a report once', async () => {
    const s3 = await aBucket();
    await deliveryTo(s3.url).keep(folder, reportFiles(report));
    expect([...s3.objects.values()].map(({ type }) => type)).toEqual([
      'text/html; charset=utf-8',
      'application/json; charset=utf-8',
    ]);
  });

  test('comes through one failure, and gives up after a second within seconds', async () => {
    const s3 = await aBucket();
    const lost = { kind: 'fail', code: 'InternalError', message: 'no', status: 500 } as const;
    s3.misbehave('PutObject', lost);
    await deliveryTo(s3.url).keep(folder, files);
    expect(s3.calls).toHaveLength(2);
    s3.misbehave('PutObject', { kind: 'delay', milliseconds: 4_000 }, 9);
    const startedAt = Date.now();
    await expect(deliveryTo(s3.url).keep(folder, files)).rejects.toThrow();
    expect(Date.now() - startedAt).toBeLessThan(15_000);
  });

  test('passes on why it may not', async () => {
    const s3 = await aBucket();
    const denied = {
      kind: 'fail',
      code: 'AccessDenied',
      message: 'not yours',
      status: 403,
    } as const;
    s3.misbehave('PutObject', denied);
    await expect(deliveryTo(s3.url).keep(folder, files)).rejects.toMatchObject({
      name: 'AccessDenied',
      message: 'not yours',
    });
    await expect(deliveryTo(s3.url, 'others').keep(folder, files)).rejects.toMatchObject({
      name: 'NoSuchBucket',
    });
  });

  test('misses the bucket only when it is needed, and then by name', async () => {
    const delivery = awsDelivery({ JOURNAL_TABLE: 'Journal' }, connectionTo(9));
    await expect(delivery.keep(folder, files)).rejects.toThrow(/REPORT_BUCKET must be set/);
  });
});

async function aBus() {
  const started: unknown[] = [];
  const rule = {
    logicalId: 'Rule',
    name: 'rule',
    arn: 'arn:rule',
    enabled: true,
    eventPattern: { source: ['aerofault'], detail: { outcome: ['confirmed'] } },
    targets: [{ arn: 'arn:target', inputPath: '$.detail' }],
  };
  const bus = startEventBus([rule], { start: async (_, input) => void started.push(input) });
  const endpoint = await startEventBridge(bus, local);
  closing.push(
    () => endpoint.close(),
    () => bus.close(),
  );
  return { endpoint, started };
}

describe('announce()', () => {
  test('reaches a rule of the default bus, with all it says', async () => {
    const { endpoint, started } = await aBus();
    await deliveryTo(endpoint.url).announce(detail);
    await until(() => started.length > 0);
    expect(started).toEqual([detail]);
  });

  test('fails where the bus turns the entry away, though the answer is 200', async () => {
    const away = { FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure' }] };
    const fake = await httpFake(() => json(away));
    closing.push(() => fake.stop());
    await expect(deliveryTo(fake.connection.endpoint ?? '').announce(detail)).rejects.toThrow(
      /^EventBridge turned it away: InternalFailure/,
    );
  });
});

describe('count()', () => {
  const Line = z.object({
    _aws: z.object({
      Timestamp: z.int(),
      CloudWatchMetrics: z
        .array(
          z.object({
            Namespace: z.string(),
            Dimensions: z.array(z.array(z.string()).max(30)),
            Metrics: z.array(z.object({ Name: z.string(), Unit: z.string() })).max(100),
          }),
        )
        .length(1),
    }),
  });

  test('writes one line of the embedded metric format, in which every name has its value', () => {
    const lines: string[] = [];
    const of = { runId: 'run1', cluster: 'orders', experiment: 'isolate-one-node' };
    embeddedMetrics('Journal', (line) => lines.push(line)).count(of, [
      { name: 'RunsConfirmed', unit: 'Count', value: 1 },
      { name: 'TimeToBite', unit: 'Milliseconds', value: 2_100 },
    ]);
    expect(lines).toHaveLength(1);
    const [text = ''] = lines;
    expect(text).toMatch(/^[^\n]+\n$/);
    const line: unknown = JSON.parse(text);
    const { _aws: emf } = Line.parse(line);
    const [definition] = emf.CloudWatchMetrics;
    for (const name of [
      ...(definition?.Metrics.map(({ Name }) => Name) ?? []),
      ...(definition?.Dimensions.flat() ?? []),
    ]) {
      expect(line, name).toHaveProperty(name);
    }
    expect(line).toMatchObject({ Journal: 'Journal', Cluster: 'orders', RunsConfirmed: 1 });
    expect(definition?.Dimensions).not.toContainEqual(expect.arrayContaining(['runId']));
  });
});
