import {
  AuthorizeSecurityGroupIngressCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import type { EC2Client } from '@aws-sdk/client-ec2';
import { expect, onTestFinished, test } from 'vitest';
import { EC2_BUCKETS } from '../../lab/cloud/ec2/buckets.ts';
import { answerTo, authorize, strangeId, tcp } from './asking.ts';
import { BURST_ROW } from './burst-row.ts';
import { endpointsOf, openLab } from './endpoints.ts';
import { Ground } from './ground.ts';
import { present } from './refusal.ts';
import type { Undecided } from './undecided-reporter.ts';

/**
 * Empties a token bucket, which throttles everybody in the account for some seconds: asked of the lab, and of a given
 * endpoint only with AEROFAULT_EC2_BURST=yes. It changes nothing: it adds a rule that is there and revokes one that is not.
 *
 * Source: EC2 Developer Guide, "Request throttling": 50 tokens, 5 more a second, for either call.
 */

const CALLS = 120;
const given = process.env['AEROFAULT_EC2_ENDPOINT'];
const isAsked = given === undefined || process.env['AEROFAULT_EC2_BURST'] === 'yes';

test.runIf(isAsked)(BURST_ROW, { timeout: 600_000 }, async ({ task }) => {
  const isLab = given === undefined;
  const endpoint = isLab
    ? await openLab(EC2_BUCKETS)
    : await present(endpointsOf(process.env)[0]).open();
  onTestFinished(() => endpoint.close());
  const ground = await Ground.prepare(endpoint);
  onTestFinished(() => ground.leave());
  const group = await ground.group('g');
  await authorize(ground, group, tcp(80, '192.0.2.0/24'));

  const added = await throttledOf(CALLS, () => addAgain(endpoint.once, group));
  const revoked = await throttledOf(5, () => revokeNothing(endpoint.once, group));

  expect(added).toBeGreaterThan(0);
  const found = revoked > 0;
  const answer: Undecided = {
    endpoint: isLab ? 'lab' : 'given',
    row: BURST_ROW,
    found,
    isAsAssumed: found,
  };
  task.meta.undecided = answer;
  if (isLab) expect(found).toBe(true);
});

/** How many of so many calls at once are throttled. */
async function throttledOf(count: number, call: () => Promise<unknown>): Promise<number> {
  const answers = await Promise.all(Array.from({ length: count }, () => answerTo(call())));
  return answers.filter((answer) => answer === 'RequestLimitExceeded').length;
}

function addAgain(ec2: EC2Client, GroupId: string) {
  const IpPermissions = [tcp(80, '192.0.2.0/24')];
  return ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
}

function revokeNothing(ec2: EC2Client, GroupId: string) {
  const SecurityGroupRuleIds = [strangeId('sgr')];
  return ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, SecurityGroupRuleIds }));
}
