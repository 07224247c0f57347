import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { hostParameters } from '../../host/parameters.ts';
import { goodParameters, goodValue, places } from './fuzz-good.ts';
import { scriptNames } from '../../core/script-names.ts';
import { hostileCases, listed, unlisted } from './fuzz-hostile.ts';
import type { HostileCase } from './fuzz-hostile.ts';
import { makeFuzzHost, runCases, shells, snapshot } from './fuzz-runner.ts';
import type { Outcome } from './fuzz-runner.ts';
import { shellWords } from './fuzz-values.ts';
import { whyWider } from './fuzz-wider.ts';
import { describeOnKernel } from './namespaces.ts';
import type { Host } from './namespaces.ts';
import { put } from './put.ts';

const atLeast = 5_000;
const batch = 500;
/** Another seed finds other words: AEROFAULT_SEED=7 npx vitest run test/host/fuzz */
const seed = Number(process.env['AEROFAULT_SEED'] ?? 20_261_121);
const drawn = fc.sample(hostileCases, { seed, numRuns: Math.max(1_000, atLeast - listed.length) });
const cases: readonly HostileCase[] = [...listed, ...drawn];

const Line = z
  .strictObject({
    script: z.enum(scriptNames),
    run: z
      .string()
      .regex(/^[a-z0-9]{1,12}$/)
      .nullable(),
    outcome: z.literal('refused'),
    reason: z.string(),
  })
  .loose();

/** Why an outcome is not the refusal of a hostile parameter; undefined where it is. */
function complaint({ hostileCase, code, stdout, stderr }: Outcome): string | undefined {
  if (code !== 3) return `ended with ${code}`;
  if (stderr !== '') return `complained: ${stderr.slice(0, 300)}`;
  if (!/^\{[ -~]*\}\n$/.test(stdout)) return `printed other than one line: ${stdout.slice(0, 300)}`;
  const line = Line.safeParse(jsonOf(stdout));
  if (!line.success) return `printed ${stdout} ${line.error.message}`;
  const { reason } = line.data;
  const named = Object.keys(hostileCase.hostile).some((name) =>
    reason.includes(`parameter ${name} `),
  );
  return named ? undefined : `refused for another reason: ${reason}`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const shown = ({ script, hostile }: HostileCase): string =>
  `${script} ${JSON.stringify(hostile).slice(0, 300)}`;

describeOnKernel('hostile parameters', () => {
  let host: Host;
  let before: string;
  beforeAll(async () => {
    host = await makeFuzzHost();
    before = await snapshot(host);
  });
  afterAll(() => host.end());

  async function refused(shell: (typeof shells)[number], own: readonly HostileCase[]) {
    const found = (await runCases(host, shell, own)).flatMap((outcome) => {
      const said = complaint(outcome);
      return said === undefined ? [] : [`${shell} ${shown(outcome.hostileCase)}: ${said}`];
    });
    expect(found).toEqual([]);
  }

  test('every parameter has hostile values of its own, and a good one that its pattern takes', () => {
    expect(unlisted).toEqual([]);
    for (const place of places) {
      const { allowedPattern = '' } = hostParameters[place.script][place.name] ?? {};
      expect(goodValue(place)).toMatch(new RegExp(allowedPattern));
    }
  });

  test(`at least ${atLeast} sets are refused, each for what is hostile in it, and leave no trace`, async () => {
    expect(cases.length).toBeGreaterThanOrEqual(atLeast);
    for (let start = 0; start < cases.length; start += batch) {
      const some = cases.slice(start, start + batch);
      // Each shell takes every second case, both at the same time.
      await Promise.all(
        shells.map((shell, turn) =>
          refused(
            shell,
            some.filter((_, at) => at % 2 === turn),
          ),
        ),
      );
      expect(await host.sh('ls -A /run/canary')).toBe('');
      expect(await snapshot(host)).toBe(before);
    }
  }, 400_000);

  test('a route to what the host lives by is refused, however it is written and wherever it hides', async () => {
    const needed = `10.9.1.2 10.9.1.53 10.9.1.1 fd00:9:1::2 fd00:9:1:0:0:0:0:2 fd00:09:01::0:2
      fd00:ec2::254 fd00:ec2:0::123 fd00:9:1::1`.split(/\s+/);
    const own = needed.flatMap((peer): HostileCase[] =>
      [peer, `10.9.2.2,${peer}`, `${peer},fd00:9:2::2`].map((Peers) => ({
        script: 'route',
        hostile: { Peers },
      })),
    );
    const routes = 'ip route show table all | grep -v fe80';
    const asBefore = await host.sh(routes);
    for (const { hostileCase, code, stdout } of await runCases(host, 'dash', own)) {
      expect([shown(hostileCase), code, stdout]).toEqual([
        shown(hostileCase),
        3,
        expect.stringContaining('Cannot route as this host must go on reaching what it needs'),
      ]);
    }
    expect(await host.sh(routes)).toBe(asBefore);
  });

  test('the canary does sing where a script evaluates what it is given', async () => {
    await put(host, '/run/fuzz/cut.sh', 'for word in "$SSM_RunId"; do eval "x=a$word"; done');
    const careless = shellWords.map((RunId): HostileCase => ({
      script: 'cut',
      hostile: { RunId },
    }));
    await runCases(host, 'bash', careless);
    const files = (await host.sh('ls -A /run/canary')).split('\n');
    expect(files).toEqual(expect.arrayContaining(['log', 'touched', 'written']));
  });
});

test('the published patterns refuse what the scripts refuse, but for what is said here', () => {
  const unused = new Set(whyWider);
  const unexplained = cases.flatMap(({ script, hostile }) =>
    Object.entries(hostile).flatMap(([name, value]) => {
      const { allowedPattern = '' } = hostParameters[script][name] ?? {};
      if (!new RegExp(allowedPattern).test(value)) return [];
      const why = whyWider.find((one) => one.names.includes(name) && one.covers(value));
      if (why === undefined) return [`${script} ${name} ${JSON.stringify(value).slice(0, 200)}`];
      unused.delete(why);
      return [];
    }),
  );
  expect(unexplained).toEqual([]);
  expect([...unused].map(({ why }) => why)).toEqual([]);
});

test('the good set of every script is complete', () => {
  for (const script of scriptNames) {
    expect(Object.keys(goodParameters(script))).toEqual(Object.keys(hostParameters[script]));
  }
});
