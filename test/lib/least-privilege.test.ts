import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { Asked } from './calls/plain.ts';
import { ask, policiesOf } from './simulated.ts';
import type { Statement } from './simulated.ts';
import { labAccount } from '../../lab/assembly/physical-names.ts';
import { excused, forbidden, reports } from './forbidden.ts';

/**
 * The policies of the stack, as they are synthesised, are held against a simulator of IAM that nobody here
 * wrote: what the Lambdas asked of AWS in the virtual lab must be allowed (test/lib/calls/record.ts recorded
 * it), and what no Lambda may ever do must not. Which resources and keys an action knows, the simulator has
 * from AWS's service authorization reference; that the calls ask for these resources is our own reading of it.
 */

const Recorded = z.array(
  z.object({
    function: z.string(),
    action: z.string(),
    resource: z.string(),
    context: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  }),
);
const recorded: Asked[] = Recorded.parse(
  JSON.parse(readFileSync(join(import.meta.dirname, '../recorded/aws-calls.json'), 'utf8')),
);

const policies = policiesOf();
const roles = [...policies.keys()].filter((role) => role.startsWith('Functions'));
const statementsOf = (name: string): readonly Statement[] =>
  policies.get(`Functions${name}Role`) ?? [];

/** Services whose client has another name than IAM has for them. */
const iamNames: Readonly<Record<string, string>> = {
  eventbridge: 'events',
  'secrets-manager': 'secretsmanager',
};

const said = ({ function: name, action, resource, context }: Asked): string =>
  `${name}: ${action} on ${resource} with ${JSON.stringify(context)}`;

const answers = await Promise.all(
  recorded.map(async (asked) => ({
    asked,
    verdict: await ask(statementsOf(asked.function), asked),
  })),
);

describe('what the Lambdas ask of AWS', () => {
  test('is enough of it to judge: every operation that an adapter imports, by every function', () => {
    const adapters = join(import.meta.dirname, '../../lambda/aws');
    const imported = readdirSync(adapters)
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => [
        ...readFileSync(join(adapters, file), 'utf8').matchAll(
          /import \{([^}]*)\} from '@aws-sdk\/client-([a-z0-9-]+)'/g,
        ),
      ])
      .flatMap(([, names = '', service = '']) =>
        [...names.matchAll(/\b(?:paginate(\w+)|(\w+)Command)\b/g)].map(
          ([, paged, single]) => `${iamNames[service] ?? service}:${paged ?? single}`,
        ),
      );
    const actions = new Set(recorded.map(({ action }) => action));
    expect(imported.length).toBeGreaterThan(20);
    expect(
      imported.filter((action) => !actions.has(action) && excused.unrecorded[action] === undefined),
      'run test/lib/calls/record.ts',
    ).toEqual([]);
    expect(new Set(recorded.map((asked) => `Functions${asked.function}Role`))).toEqual(
      new Set(roles),
    );
  });

  test('is something that AWS knows: every action its resource and its keys', () => {
    const wrong = answers.filter(({ verdict }) => verdict.wrong !== undefined);
    expect(wrong.map(({ asked, verdict }) => `${said(asked)}: ${verdict.wrong}`)).toEqual([]);
    const ignored = answers.flatMap(({ asked, verdict }) =>
      verdict.ignored
        .filter((key) => !(excused.ignored[asked.action] ?? []).includes(key))
        .map((key) => `${said(asked)}: ${key}`),
    );
    expect(ignored).toEqual([]);
  });

  test('is allowed to the function that asks, all of it', () => {
    expect(answers.length).toBeGreaterThan(100);
    const denied = answers.filter(({ verdict }) => !verdict.allowed);
    expect(denied.map(({ asked }) => said(asked))).toEqual([]);
  });
});

describe('what no Lambda may ever do', () => {
  test.each(forbidden.map((one) => [one.why, one] as const))('%s', async (_, { requests }) => {
    expect(requests.length).toBeGreaterThan(0);
    for (const request of requests) {
      for (const role of roles) {
        const { allowed, wrong } = await ask(policies.get(role) ?? [], request);
        expect(wrong, `${request.action} on ${request.resource}`).toBeUndefined();
        expect(allowed, `${role}: ${request.action} on ${request.resource}`).toBe(false);
      }
    }
  });
});

test('without the conditions of its policy, Inject could do to anybody what it may not', async () => {
  const bare = statementsOf('Inject').map(({ Condition: _, ...statement }) => statement);
  const [{ requests } = { requests: [] }] = forbidden;
  for (const request of requests) {
    expect((await ask(bare, request)).allowed, request.action).toBe(true);
  }
});

describe('with the clusters named', () => {
  const named = policiesOf({ clusters: ['payments'] });

  test('what was allowed on a cluster of another name is not', async () => {
    const changes = recorded.filter(({ context }) =>
      Object.entries(context).some(
        ([key, value]) => key.endsWith('/aerofault:cluster') && value === 'orders-staging',
      ),
    );
    // EC2 lets rules and other people's things beside the target be told by nothing (network-statements.ts).
    const onTarget = changes.filter(
      ({ action, resource }) =>
        !(excused.beside[action] ?? []).some((kind) => resource.includes(kind)),
    );
    expect(onTarget.length).toBeGreaterThan(10);
    for (const asked of onTarget) {
      const { allowed } = await ask(named.get(`Functions${asked.function}Role`) ?? [], asked);
      expect(allowed, said(asked)).toBe(false);
    }
  });

  test('no report of a cluster of another name is kept, and those of the named one are', async () => {
    for (const role of ['FunctionsReportRole', 'FunctionsSweepRole']) {
      const statements = named.get(role) ?? [];
      expect((await ask(statements, reportOf('payments'))).allowed, role).toBe(true);
      expect((await ask(statements, reportOf('orders-staging'))).allowed, role).toBe(false);
      expect((await ask(statements, reportOf('payments-2'))).allowed, role).toBe(false);
    }
  });
});

const reportOf = (cluster: string) => ({
  action: 's3:PutObject',
  resource: `arn:aws:s3:::${reports}/${cluster}/2027/01/15/run1/report.json`,
  context: { 'aws:ResourceAccount': labAccount },
});

const reasonOf = (one: string): string | undefined =>
  excused.idle.find(({ matches }) => matches.test(one))?.reason;

describe('what is granted and was never asked for', () => {
  /** Whoever restores may come to do all of what Restore did, for it may be the only one left. */
  const restorers = new Set(['ProveClean', 'Sweep', 'DeleteGuard']);

  const isNeeded = (name: string, action: string): boolean =>
    recorded.some(
      (asked) =>
        asked.action === action &&
        (asked.function === name || (asked.function === 'Restore' && restorers.has(name))),
    );

  test('has a reason, each of it', () => {
    const idle: string[] = [];
    for (const role of roles) {
      const name = role.replace(/^Functions/, '').replace(/Role$/, '');
      const granted = new Set(statementsOf(name).flatMap(({ Action = [] }) => Action));
      for (const action of granted) {
        if (!isNeeded(name, action)) idle.push(`${name} ${action}`);
      }
    }
    expect(idle.filter((one) => reasonOf(one) === undefined)).toEqual([]);
    const unused = excused.idle.filter(({ matches }) => !idle.some((one) => matches.test(one)));
    expect(
      unused.map(({ matches }) => String(matches)),
      'reasons without a cause',
    ).toEqual([]);
  });
});
