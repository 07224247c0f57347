import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { RunItem } from '../../core/journal.ts';
import { Report } from '../../core/report.ts';
import { rehearse } from './rehearse.ts';

/** The command line on the lab's stage, in a pipe and at a terminal: the play is cli-play.ts. */

const Shown = z.object({ code: z.int(), stdout: z.string(), stderr: z.string() });
const Text = z.record(z.string(), z.string());
const Line = z.object({ when: z.string(), saw: z.unknown() });

const play = fileURLToPath(new URL('cli-play.ts', import.meta.url));
const said = new Map<string, unknown>();

// A test, as only those are tried again: what follows it looks at what it heard.
test('the play has no exit code but 0', async () => {
  said.clear();
  const { code, stdout, stderr } = await rehearse(['--shell', `'${process.execPath}' '${play}'`]);
  for (const line of stdout.trim().split('\n')) {
    const { when, saw } = Line.parse(JSON.parse(line));
    said.set(when, saw);
  }
  expect(code, stderr).toBe(0);
});

describe('in a pipe', () => {
  test('while it is frozen a run is refused with the reason, nothing touched, exit 2', () => {
    const { on, refused, off } = z
      .object({ on: Shown, refused: Shown, off: Shown })
      .parse(said.get('frozen'));

    expect(JSON.parse(on.stdout)).toMatchObject({ state: 'on', reason: 'release week' });
    expect(refused.stderr).toMatch(
      /\nCannot open a run as the freeze switch must be off: found that \/aerofault\/freeze is "release week"\nNothing was touched\.\n$/,
    );
    expect(off.stdout).toBe('Not frozen: runs may start (/aerofault/freeze).\n');
    expect([on.code, refused.code, off.code]).toEqual([0, 2, 0]);
  });

  test('a bad file is told place by place, exit 2', () => {
    const { code, stdout, stderr } = Shown.parse(said.get('a bad file'));

    expect(stderr).toMatch(
      /bad\.yaml:3:12 .*Did you mean "iptables"\? \[AF-203\]\n.*\n +\| {12}\^{7}/,
    );
    expect(stderr).toMatch(/\n3 problems\. Nothing was changed\.\n$/);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  test('a plan that was never shown is refused with nothing touched, exit 2', () => {
    const { code, stdout, stderr } = Shown.parse(said.get('another plan'));
    const { report } = z.object({ report: z.string() }).parse(said.get('another plan'));
    const { outcome, plan, timing } = Report.parse(JSON.parse(report));

    expect(stderr).toMatch(
      /\nCannot run isolate-one-node as its plan must be 00000000, as shown: found [0-9a-f]{8}, .*\nNothing was touched\.\n$/,
    );
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect({ outcome, steps: plan.steps, injectedAt: timing.injectedAt }).toEqual({
      outcome: 'refused',
      steps: [],
      injectedAt: null,
    });
  });

  test('the plan that was shown runs, and is confirmed; --json is its report, exit 0', () => {
    const { digest } = z
      .object({ digest: z.string() })
      .parse(JSON.parse(Shown.parse(said.get('the plan')).stdout));
    const { code, stdout, stderr } = Shown.parse(said.get('the plan is run'));
    const report = Report.parse(JSON.parse(stdout));

    expect(report.outcome).toBe('confirmed');
    expect(report.plan.digest?.startsWith(digest)).toBe(true);
    expect(stderr).toMatch(/^\d{4}-\S+Z [a-z0-9]{12} Prove in-force=confirmed /m);
    expect(stderr).not.toContain('\u001B');
    expect(code).toBe(0);
  });

  test('a second process aborts a run, and who watches sees it restored, exit 1', () => {
    const { aborted, watched } = z
      .object({ aborted: Shown, watched: Shown })
      .parse(said.get('a second one aborts'));

    expect(JSON.parse(aborted.stdout)).toMatchObject({
      schemaVersion: 1,
      runs: expect.arrayContaining([
        expect.objectContaining({
          became: 'closed',
          says: expect.arrayContaining([
            expect.stringMatching(/is closed: nothing more of it is applied/),
          ]),
        }),
      ]),
    });
    expect(watched.stdout).toMatch(/^STOPPED .*a person ended it/);
    expect(watched.stdout).toMatch(/^ {2}clean +confirmed/m);
    expect([aborted.code, watched.code]).toEqual([0, 1]);
  });

  test('status --json is the runs as the journal has them', () => {
    const { stdout } = Shown.parse(said.get('every status'));
    const { runs } = z.object({ runs: z.array(RunItem) }).parse(JSON.parse(stdout));

    expect(runs.map(({ life }) => life)).toEqual(['final', 'final', 'final']);
  });
});

const restored = () => Text.parse(said.get('restored from a terminal'));

describe('at a terminal', () => {
  test("asks for the cluster's name, and takes no other", () => {
    expect(restored()['wrong']).toContain('It must be orders-staging; Ctrl-C starts nothing');
  });

  test('tells state by state in colour, and below them the time left', () => {
    const { held = '', colours = '' } = restored();

    expect(held).toMatch(/^ {2}ok {2}Prove +\+\d:\d\d {2}in force: confirmed/m);
    expect(held).toMatch(/^ {2}\.\. {2}Hold +\d:\d\d left {3}sizes 2 \| 1 {3}\d+ looks?$/m);
    expect(colours).toContain('\u001B[32mok\u001B[39m');
  });

  test('on Ctrl-C asks what to do; restore now ends it, and the exit code is its own', () => {
    const { question = '', ended = '' } = restored();

    expect(question).toMatch(/Go on watching\n.*Restore now, and watch it end\n.*Leave it running/);
    expect(ended).toMatch(/Run [a-z0-9]{12} is closed: nothing more of it is applied/);
    expect(ended).toMatch(/^STOPPED .*a person ended it/m);
    expect(ended).toMatch(/^Next: aerofault report [a-z0-9]{12} --open\nEXIT 1$/m);
  });

  test('its lines are whole at 80 columns', () => {
    // A word is never broken: every line of the report begins as a line of it does, or further right.
    const lines = (restored()['ended'] ?? '').split('\n');
    const from = lines.findIndex((line) => line.startsWith('  steady '));
    const until = lines.findIndex((line) => line.startsWith('s3://'));
    const report = lines.slice(from, until).filter((line) => line !== '');

    expect(report.length).toBeGreaterThan(10);
    expect(report.filter((line) => !line.startsWith('  '))).toEqual([]);
  });

  test('Ctrl-C before it has begun starts nothing, exit 130', () => {
    const { ended } = Text.parse(said.get('Ctrl-C before the start'));
    expect(ended).toMatch(/\nNothing was started\.\nEXIT 130$/);
  });

  test('at 40 columns and without colours, each state has a line of its own; left, it goes on, exit 5', () => {
    const {
      held = '',
      escapes = '',
      ended = '',
    } = Text.parse(said.get('left from a narrow terminal'));

    const states = held.split('\n').filter((line) => /^ {2}(ok|\.\.) /.test(line));
    expect(states.length).toBeGreaterThanOrEqual(7);
    expect(held.slice(held.indexOf('  ok  Open')).split('\n')).toEqual(states);
    expect(escapes).not.toContain('\u001B[3');
    expect(ended).toContain('Stopped watching');
    expect(ended).toMatch(/EXIT 5$/);
  });
});
