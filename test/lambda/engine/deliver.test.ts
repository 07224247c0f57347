import { describe, expect, test } from 'vitest';
import { Report } from '../../../core/report.ts';
import { runFinishedOf } from '../../../core/run-finished.ts';
import { notesOf } from '../../../core/story.ts';
import { sweep } from '../../../lambda/engine/sweep.ts';
import { writeReport } from '../../../lambda/engine/write-report.ts';
import { faults } from '../../fakes/example-faults.ts';
import { named, nth } from '../../fakes/intercept.ts';
import type { Intercept } from '../../fakes/intercept.ts';
import { Mortal } from '../../fakes/mortality.ts';
import { runWorkflow, sweepUntilQuiet } from '../../fakes/workflow.ts';
import type { World } from '../../fakes/world.ts';

const { world: newWorld, input } = faults[0]!;
const runId = 'run1';
const denied = Object.assign(new Error('no identity-based policy allows it'), {
  name: 'AccessDenied',
});

const ran = (world: World, ...intercepts: readonly Intercept[]) =>
  runWorkflow(world.gateways(...intercepts), { runId, input });
const deliveredIn = async (world: World) => notesOf(await world.journal.notes(runId), 'delivered');

const refuse = () => Promise.reject(new Error('throttled'));

describe('a run that ends well', () => {
  test('leaves its report under its cluster and the day it was opened, as the journal has it', async () => {
    const world = newWorld();
    const { link } = await ran(world);
    const [page = '', path = ''] = world.delivery.files.keys();
    const day = new Date(world.journal.now(runId)!.openedAt).toISOString().slice(0, 10);
    const report = await world.journal.report(runId);
    const folder = `${report?.experiment.cluster}/${day.replaceAll('-', '/')}/${runId}`;
    expect([page, path]).toEqual([`${folder}/report.html`, `${folder}/report.json`]);
    expect(world.delivery.files.get(page)).toContain(report?.says);
    expect(Report.parse(JSON.parse(world.delivery.files.get(path) ?? ''))).toEqual(report);
    expect(link).toBe(`s3://reports/${page}`);
  });

  test('answers with all that people read in the output of the execution', async () => {
    const world = newWorld();
    const reported = await ran(world);
    expect(reported).toMatchObject({ outcome: 'confirmed', exitCode: 0, runId, notDelivered: [] });
    expect(reported.verdicts).toEqual({
      steady: 'confirmed',
      inForce: 'confirmed',
      expected: 'confirmed',
      clean: 'confirmed',
      recovered: 'confirmed',
    });
    expect(reported.cause).toContain(
      `[run ${runId}, exit 0, steady confirmed, in force confirmed, expected confirmed, clean confirmed, recovered confirmed, report ${reported.link}]`,
    );
  });

  test('is announced and counted once, however often it is reported and swept', async () => {
    const world = newWorld();
    const { link } = await ran(world);
    const [event] = world.delivery.events;
    const report = (await world.journal.report(runId))!;
    const kept = { url: link ?? '', consoleUrl: event?.consoleUrl ?? '' };
    expect(event).toEqual(runFinishedOf(report, { journal: 'Journal', kept }));
    await writeReport(runId, undefined, world.gateways());
    expect(await sweepUntilQuiet(world.gateways())).toEqual([]);
    expect(world.delivery.events).toHaveLength(1);
    expect(world.delivery.counted).toHaveLength(1);
    expect(world.delivery.attempts).toEqual({ keep: 1, announce: 1 });
    expect(await deliveredIn(world)).toHaveLength(1);
  });
});

describe('a report that cannot be delivered', () => {
  test('loses nothing of the outcome: it is told why, and the journal has the report', async () => {
    const world = newWorld();
    world.delivery.broken.keep = denied;
    const { outcome, link, notDelivered, cause } = await ran(world);
    const why = 'the report was not kept in S3: AccessDenied: no identity-based policy allows it';
    expect({ outcome, link, notDelivered }).toEqual({
      outcome: 'confirmed',
      link: null,
      notDelivered: [why],
    });
    expect(cause).toMatch(/the report is in the journal\]; the report was not kept in S3: Acc/);
    expect(world.delivery.told).toEqual([why]);
    expect(world.delivery.counted.map(({ measurements }) => measurements[0]?.name)).toEqual([
      'RunsConfirmed',
      'NotDelivered',
    ]);
    expect(world.delivery.events).toMatchObject([{ outcome: 'confirmed', link: null }]);
    expect((await world.journal.report(runId))?.outcome).toBe('confirmed');
  });

  test('is kept by the sweeper once it can be, without a second event', async () => {
    const world = newWorld();
    world.delivery.broken.keep = denied;
    await ran(world);
    expect((await sweep(world.gateways())).failed).toEqual([]);
    expect(world.delivery.files.size).toBe(0);
    world.delivery.broken.keep = undefined;
    expect(await sweepUntilQuiet(world.gateways())).toEqual([]);
    expect(world.delivery.files.size).toBe(2);
    expect(world.delivery.events).toHaveLength(1);
    expect((await deliveredIn(world)).map(({ kept }) => kept?.url.slice(0, 13))).toEqual([
      undefined,
      's3://reports/',
    ]);
  });

  test('is announced by the sweeper where the bus was down, with its link, and counted then', async () => {
    const world = newWorld();
    world.delivery.broken.announce = new Error('EventBridge turned it away: InternalFailure');
    const { link, notDelivered } = await ran(world);
    expect(link).toMatch(/^s3:/);
    expect(notDelivered).toEqual([
      'the event was not sent: EventBridge turned it away: InternalFailure',
    ]);
    world.delivery.broken.announce = undefined;
    expect(await sweepUntilQuiet(world.gateways())).toEqual([]);
    expect(world.delivery.events).toMatchObject([{ link }]);
    const names = world.delivery.counted.flatMap(({ measurements }) =>
      measurements.map(({ name }) => name),
    );
    expect(names.filter((name) => name === 'RunsConfirmed')).toHaveLength(1);
  });

  test('whose note is lost is announced twice: rather that than never', async () => {
    const world = newWorld();
    const { outcome, notDelivered } = await ran(
      world,
      nth(1, named('journal.note delivered'), refuse),
    );
    expect(outcome).toBe('confirmed');
    expect(notDelivered).toEqual(['the journal did not note what was delivered: throttled']);
    expect(await sweepUntilQuiet(world.gateways())).toEqual([]);
    expect(world.delivery.events).toHaveLength(2);
  });

  test('does not keep the sweeper waiting for a service that failed it before in the same round', async () => {
    const world = newWorld();
    await ran(world);
    const second = { runId: 'run2', input };
    await runWorkflow(world.gateways(), second);
    world.delivery.broken.keep = denied;
    // As if neither had ever been delivered.
    const forgetful = world.gateways(async (call, proceed) => {
      const answer = await proceed();
      return call.name === 'journal.notes' && Array.isArray(answer)
        ? answer.filter(({ kind }) => kind !== 'delivered')
        : answer;
    });
    world.delivery.attempts.keep = 0;
    expect((await sweep(forgetful)).failed).toEqual([]);
    expect(world.delivery.attempts.keep).toBe(1);
  });
});

describe('a process that dies over its report', () => {
  test.each(
    ['delivery.keep', 'delivery.announce', 'journal.note delivered'].flatMap((name) =>
      (['before', 'after'] as const).map((when) => [when, name] as const),
    ),
  )('%s %s leaves it to the sweeper, which delivers it', async (when, name) => {
    const world = newWorld();
    const mortal = new Mortal({ effect: 1, when, of: named(name) });
    await expect(ran(world, mortal.intercept)).rejects.toThrow(/Died/);
    expect(mortal.hasDied).toBe(true);

    expect(await sweepUntilQuiet(world.gateways())).toEqual([]);
    expect(world.delivery.files.size).toBe(2);
    const told = world.delivery.events.map(({ outcome }) => outcome);
    const twice = name === 'journal.note delivered' ? when === 'before' : false;
    const again = name === 'delivery.announce' && when === 'after';
    expect(told).toEqual(twice || again ? ['confirmed', 'confirmed'] : ['confirmed']);
  });
});

test('a run that never was is told in full, and delivered nowhere', async () => {
  const world = newWorld();
  expect(await writeReport('nobody', undefined, world.gateways())).toEqual({
    outcome: 'refused',
    error: 'Refusal',
    cause: 'run nobody was never opened; nothing was touched',
    says: 'run nobody was never opened; nothing was touched',
    runId: 'nobody',
    exitCode: 2,
    verdicts: null,
    link: null,
    notDelivered: [],
  });
  expect(world.delivery.attempts).toEqual({ keep: 0, announce: 0 });
});

test('the cause of a long sentence keeps its end, within what Step Functions takes', async () => {
  const world = newWorld();
  world.delivery.broken.keep = new Error('x'.repeat(40_000));
  world.delivery.broken.announce = new Error('y'.repeat(40_000));
  const failure = { error: 'Refusal', cause: 'z'.repeat(40_000) };
  const gateways = world.gateways();
  await ran(world);
  const { cause } = await writeReport(runId, failure, gateways);
  expect(cause.length).toBeLessThan(32_768);
  expect(cause).toContain(`[run ${runId}, exit 1,`);
});
