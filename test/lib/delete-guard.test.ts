import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { aStack, ofType, only, resourcesOf } from './synthesised.ts';
import type { Resources } from './synthesised.ts';

const resources = resourcesOf(
  aStack({ alarmTopicArn: 'arn:aws:sns:eu-west-1:123456789012:alarms' }),
);
const [guard, { Properties }] = only(resources, 'Custom::AerofaultDeleteGuard');

const Named = z.union([
  z.object({ Ref: z.string() }).transform(({ Ref }) => [Ref]),
  z
    .object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) })
    .transform((found) => [found['Fn::GetAtt'][0]]),
  z
    .object({ 'Fn::Sub': z.string() })
    .transform((found) => [...found['Fn::Sub'].matchAll(/\$\{(\w+)/g)].map(([, id = '']) => id)),
]);

/** Every logical id that a part of a template names. */
function named(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const { data } = Named.safeParse(node);
  return [...(data ?? []), ...Object.values(node).flatMap(named)];
}

/** What a resource needs, as CloudFormation sees it: it is deleted before all of them. */
function neededBy(start: string, from: Resources): Set<string> {
  const seen = new Set<string>();
  const waiting = [start];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const resource = from[id];
    if (resource === undefined || seen.has(id)) continue;
    seen.add(id);
    waiting.push(...resource.DependsOn, ...named(resource.Properties));
  }
  seen.delete(start);
  return seen;
}

const others = Object.keys(resources).filter((id) => id !== guard);

describe('the guard of deletion', () => {
  test('needs every other resource of the stack, so that it is deleted before all of them', () => {
    const needed = neededBy(guard, resources);
    expect(others.length).toBeGreaterThan(60);
    expect(others.filter((id) => !needed.has(id))).toEqual([]);
  });

  test('is needed by nothing', () => {
    const needing = others.filter((id) => neededBy(id, resources).has(guard));
    expect(needing).toEqual([]);
  });

  test('the walk sees what a guard without dependencies would let go first', () => {
    const unbound = { ...resources, [guard]: { ...resources[guard]!, DependsOn: [] } };
    const needed = neededBy(guard, unbound);
    expect(others.filter((id) => !needed.has(id)).length).toBeGreaterThan(40);
  });

  const [id, lambda] = only(resources, 'AWS::Lambda::Function', 'FunctionsDeleteGuard');

  test('calls a Lambda of its own, and is waited for longer than it can take to answer', () => {
    const [, invoke] = only(
      ofType(resources, 'AWS::Lambda::EventInvokeConfig'),
      'AWS::Lambda::EventInvokeConfig',
      'FunctionsDeleteGuard',
    );
    const { MaximumEventAgeInSeconds: begun, MaximumRetryAttempts: retries } = invoke.Properties;
    const timeout = Number(lambda.Properties['Timeout']);

    expect(Properties['ServiceToken']).toEqual({ 'Fn::GetAtt': [id, 'Arn'] });
    expect(retries).toBe(0);
    expect(Number(Properties['ServiceTimeout'])).toBeGreaterThan(Number(begun) + timeout);
    expect(Number(Properties['ServiceTimeout'])).toBeLessThanOrEqual(3600);
  });
});
