import { expect, onTestFinished, test } from 'vitest';
import { startCloudFormation } from '../../lab/cloud/cloud-formation.ts';
import { startEc2 } from '../../lab/cloud/ec2/server.ts';
import { Ec2State } from '../../lab/cloud/ec2/state.ts';
import { startSts } from '../../lab/cloud/sts.ts';
import { buildWorld } from '../../lab/vpc/world.ts';
import { runAerofault } from './run-aerofault.ts';

const listen = { host: '127.0.0.1', port: 0 };
const externalId = 'orders-and-faults';

/** The command with `--stack Aerofault`, a deployment for another account, whose looking role lets in who says this. */
async function aerofault(words: readonly string[], demanded = externalId) {
  const world = buildWorld({ cluster: 'orders-staging', nodes: 5, clients: 1 });
  const state = new Ec2State(world.inventory);
  const ec2 = await startEc2(state, { ...listen, onChange: () => Promise.resolve() });
  const sts = await startSts([{ name: 'aerofault-look', externalId: demanded }], listen);
  const outputs = {
    RestoreMachineArn: 'arn:aws:states:eu-west-1:111111111111:stateMachine:restore',
    JournalTableName: 'journal',
    DocumentPrefix: 'Aerofault',
    TargetAccountId: '222222222222',
    TargetLookRoleArn: 'arn:aws:iam::222222222222:role/aerofault-look',
    TargetExternalId: externalId,
  };
  const stacks = await startCloudFormation(new Map([['Aerofault', outputs]]), listen);
  onTestFinished(
    async () => void (await Promise.all([ec2, sts, stacks].map((one) => one.close()))),
  );
  const shown = await runAerofault([...words, '--stack', 'Aerofault'], {
    AWS_ENDPOINT_URL_EC2: ec2.url,
    AWS_ENDPOINT_URL_STS: sts.url,
    AWS_ENDPOINT_URL_CLOUDFORMATION: stacks.url,
  });
  return { ...shown, asked: ec2.calls.length, session: sts.bearerOf('ASIALAB000000001') };
}

test('plan --stack looks into the account that the deployment is for, by its looking role', async () => {
  const { code, stdout, session } = await aerofault(['plan', 'examples/halves.json']);

  expect(code).toBe(0);
  expect(stdout).toContain('Nothing was changed.');
  expect(session).toEqual({ account: '222222222222', role: 'aerofault-look' });
});

test.each([
  ['plan', 'examples/halves.json'],
  ['doctor', 'orders-staging'],
])(
  '%s says in one sentence that the role does not let it in: exit 4, nothing asked',
  async (...words) => {
    const { code, stderr, asked } = await aerofault(words, 'another');

    expect(stderr).toMatch(
      /^Cannot act in account 222222222222 as its role aerofault-look must let us assume it, see docs\/accounts\.md: found AccessDenied: .*\n$/,
    );
    expect({ code, asked }).toEqual({ code: 4, asked: 0 });
  },
);
