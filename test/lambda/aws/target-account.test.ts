import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { describe, expect, onTestFinished, test } from 'vitest';
import { RoleDenied } from '../../../core/refusal.ts';
import { startEc2 } from '../../../lab/cloud/ec2/server.ts';
import { Ec2State } from '../../../lab/cloud/ec2/state.ts';
import { startSts } from '../../../lab/cloud/sts.ts';
import type { Sts } from '../../../lab/cloud/sts.ts';
import { buildWorld } from '../../../lab/vpc/world.ts';
import { patient } from '../../../lambda/aws/connection.ts';
import type { Connection } from '../../../lambda/aws/connection.ts';
import { failureOf } from '../../../lambda/aws/failure.ts';
import { assuming } from '../../../lambda/aws/target-account.ts';

const arn = 'arn:aws:iam::222222222222:role/aerofault-restore';
const externalId = 'orders-and-faults';
const listen = { host: '127.0.0.1', port: 0 };
const home = {
  region: 'eu-west-1',
  credentials: { accessKeyId: 'lab', secretAccessKey: 'lab' },
};

/** An STS with the role, and a connection by it; `said` is the external id that is told. */
async function arranged(said = externalId) {
  const sts: Sts = await startSts([{ name: 'aerofault-restore', externalId }], listen);
  onTestFinished(() => sts.close());
  const role = { arn, externalId: said, sessionName: 'aerofault-restore' };
  return { sts, target: assuming({ ...home, endpoint: sts.url }, role) };
}

async function keyOf({ credentials }: Connection): Promise<string> {
  const got = typeof credentials === 'function' ? await credentials() : credentials;
  return got?.accessKeyId ?? '';
}

describe('assuming() a role of another account', () => {
  test('gives credentials of that account, once for all clients', async () => {
    const { sts, target } = await arranged();
    const [one, other] = [await keyOf(target.connection), await keyOf(target.connection)];

    expect(one).toBe(other);
    expect(target.account).toBe('222222222222');
    expect(sts.bearerOf(one)).toEqual({ account: '222222222222', role: 'aerofault-restore' });
  });

  test('of another external id is denied in one sentence that names account, role and who asked', async () => {
    const { target } = await arranged('guess');

    await expect(target.enter()).rejects.toThrow(RoleDenied);
    await expect(target.enter()).rejects.toThrow(
      /^Cannot act in account 222222222222 as its role aerofault-restore must let us assume it, see docs\/accounts\.md: found AccessDenied: User: .*$/,
    );
  });

  test('that is denied once is asked for again', async () => {
    const { sts, target } = await arranged();
    sts.take('aerofault-restore');
    await expect(target.enter()).rejects.toThrow(RoleDenied);
    sts.give('aerofault-restore');
    await expect(target.enter()).resolves.toBeUndefined();
  });

  test('that does not answer is no denial: it may be let in the next time', async () => {
    const { sts, target } = await arranged();
    await sts.close();
    await expect(target.enter()).rejects.not.toThrow(RoleDenied);
  });

  test('fails a call of EC2 that was never sent: refused, not unknown', async () => {
    const { target } = await arranged('guess');
    const state = new Ec2State(buildWorld({ cluster: 'orders', nodes: 2, clients: 0 }).inventory);
    const ec2 = await startEc2(state, { ...listen, onChange: () => Promise.resolve() });
    onTestFinished(() => ec2.close());
    const client = new EC2Client(patient({ ...target.connection, endpoint: ec2.url }));
    const failure: unknown = await client
      .send(new DescribeInstancesCommand({}))
      .catch((error: unknown) => error);

    expect(failureOf(failure)).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/^Cannot act in account 222222222222/),
    });
    expect(ec2.calls).toEqual([]);
  });
});
