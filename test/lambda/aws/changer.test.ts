import { afterEach, describe, expect, test } from 'vitest';
import type { RuleSpec } from '../../../core/inventory.ts';
import { ec2Network } from '../../../lambda/aws/network.ts';
import type { Answer, Network } from '../../../lambda/gateways.ts';
import { httpFake, quickClock, xml, xmlError } from './http-fake.ts';
import type { Asked, HttpFake, Reply } from './http-fake.ts';

/**
 * Shapes and codes: the EC2 API reference (query protocol, version 2016-11-15) and its page "Error codes
 * for the Amazon EC2 API"; what is said of revoke, duplicates and ports as the tests name it.
 */

let fake: HttpFake | undefined;

afterEach(async () => {
  await fake?.stop();
  fake = undefined;
});

async function networkOn(
  answer: (request: Asked, count: number) => Reply,
  requestMs = 2_000,
): Promise<Network> {
  fake = await httpFake(answer);
  return ec2Network({ ...fake.connection, requestMs }, { clock: quickClock(42) });
}

const aRule: RuleSpec = {
  protocol: 'tcp',
  fromPort: 3000,
  toPort: 3000,
  peer: { kind: 'ipv4', cidr: '10.0.0.0/16' },
};

const adding = { direction: 'ingress', rules: [aRule], tags: {} } as const;
const ingress = (ruleIds: readonly string[]) => ({ direction: 'ingress', ruleIds }) as const;

describe('what becomes of a change', () => {
  const cases: readonly [string, Reply, Answer['kind']][] = [
    ['a duplicate (4xx: it did not act)', xmlError('InvalidPermission.Duplicate'), 'refused'],
    ['no permission (403)', xmlError('UnauthorizedOperation', 403), 'refused'],
    ['too many rules', xmlError('RulesPerSecurityGroupLimitExceeded'), 'refused'],
    ['an internal error (5xx)', xmlError('InternalError', 500), 'unknown'],
    ['unavailable (503, not throttling)', xmlError('Unavailable', 503), 'unknown'],
    [
      'a gateway’s page instead of an answer',
      { status: 502, body: '<html>bad gateway</html>', type: 'text/html' },
      'unknown',
    ],
    ['a connection cut before the answer', 'drop', 'unknown'],
    ['no answer in time', 'hang', 'unknown'],
    ['half an answer', 'half', 'unknown'],
    ['an answer that takes too long without ever being silent', 'trickle', 'unknown'],
    ['Return false', xml('<return>false</return>'), 'unknown'],
    ['an answer that cannot be read', { body: 'not XML <', type: 'text/xml' }, 'unknown'],
  ];

  test.each(cases)('%s', async (_name, reply, kind) => {
    const network = await networkOn(() => reply, 300);
    const answers = [
      await network.addRules('sg-1', adding),
      await network.editRules('sg-1', [{ ruleId: 'sgr-1', during: aRule }]),
      await network.removeRules('sg-1', ingress(['sgr-1'])),
    ];
    expect(answers.map((answer) => answer.kind)).toEqual([kind, kind, kind]);
    expect(fake!.asked, 'each change is sent once').toHaveLength(3);
  });

  test('is unknown when its answer is lost, and no hidden repeat turns it into a refusal', async () => {
    const network = await networkOn((_request, count) =>
      count === 1 ? 'drop' : xmlError('InvalidPermission.Duplicate'),
    );
    const answer = await network.addRules('sg-1', adding);
    expect(answer.kind).toBe('unknown');
    expect(fake!.asked).toHaveLength(1);
  });

  test('names the error and its words for people', async () => {
    const network = await networkOn(() => xmlError('InvalidPermission.Duplicate'));
    expect(await network.addRules('sg-1', adding)).toEqual({
      kind: 'refused',
      reason: 'InvalidPermission.Duplicate: InvalidPermission.Duplicate said the fake',
    });
  });
});
