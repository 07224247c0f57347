import { onTestFinished, describe, expect, test } from 'vitest';
import { startSsm } from '../../lab/cloud/ssm.ts';
import { parameterFreeze } from '../../lambda/aws/freeze.ts';
import { deployed } from './deployed.ts';
import { runAerofault } from './run-aerofault.ts';

/** `aerofault freeze` as a person runs it, against the lab's Systems Manager; what Open would then hear. */

const name = '/aerofault/freeze';

async function withSwitch() {
  const { environment } = await deployed();
  const ssm = await startSsm({ host: '127.0.0.1', port: 0, documents: [] });
  onTestFinished(() => ssm.close());
  const around = { ...environment, AWS_ENDPOINT_URL_SSM: ssm.url };
  const connection = {
    region: 'eu-west-1',
    endpoint: ssm.url,
    credentials: { accessKeyId: 'lab', secretAccessKey: 'lab' },
  };
  const changes = () =>
    ssm.calls.flatMap(({ action }) => (/^(Put|Delete)Parameter$/.test(action) ? action : []));
  return {
    ssm,
    changes,
    freeze: (...words: string[]) => runAerofault(['freeze', ...words], around),
    asOpen: () => parameterFreeze(connection, { name: () => name }).frozen(),
  };
}

describe('aerofault freeze', () => {
  test('on keeps runs from starting for its reason, off lets them', async () => {
    const { freeze, asOpen } = await withSwitch();
    const before = await freeze('show');
    const on = await freeze('on', 'release', 'week');
    const frozen = await asOpen();
    const off = await freeze('off');

    expect(before.stdout).toBe(`Not frozen: runs may start (${name}).\n`);
    expect(on.stdout).toMatch(
      /^Frozen since 20\S+Z: "release week" \(\/aerofault\/freeze\)\. No new run starts; /,
    );
    expect(frozen).toEqual({ says: `${name} is "release week"` });
    expect(off.stdout).toBe(before.stdout);
    expect(await asOpen()).toBeUndefined();
    expect([before.code, on.code, off.code]).toEqual([0, 0, 0]);
  });

  test('asked twice, it changes nothing the second time, and is frozen since the first', async () => {
    const { freeze, changes } = await withSwitch();
    const first = await freeze('on', 'release week');
    const again = await freeze('on', 'release week');
    const bare = await freeze('on');
    await freeze('off');
    const offAgain = await freeze('off');

    expect([again.stdout, bare.stdout]).toEqual([first.stdout, first.stdout]);
    expect(changes()).toEqual(['PutParameter', 'DeleteParameter']);
    expect([again.code, bare.code, offAgain.code]).toEqual([0, 0, 0]);
  });

  test('without a reason it is on; another reason takes the place of the first', async () => {
    const { freeze, asOpen } = await withSwitch();
    await freeze('on');
    expect(await asOpen()).toEqual({ says: `${name} is "on"` });
    await freeze('on', 'release week');
    expect(await asOpen()).toEqual({ says: `${name} is "release week"` });
  });

  test('a parameter that says off is off, and turned on without being made anew', async () => {
    const { ssm, freeze, asOpen } = await withSwitch();
    ssm.setParameter(name, 'off');
    const shown = await freeze('show', '--json');
    await freeze('on', 'release week');

    expect(JSON.parse(shown.stdout)).toEqual({ schemaVersion: 1, name, state: 'off' });
    expect(await asOpen()).toEqual({ says: `${name} is "release week"` });
  });

  test('--json is how it stands, for programs', async () => {
    const { freeze } = await withSwitch();
    const on = await freeze('on', 'release week', '--json');
    const show = await freeze('show', '--json');

    expect(JSON.parse(show.stdout)).toEqual({
      schemaVersion: 1,
      name,
      state: 'on',
      reason: 'release week',
      since: expect.stringMatching(/^20\S+Z$/),
    });
    expect(on.stdout).toBe(show.stdout);
  });

  test.each([
    { why: 'would not freeze', words: ['on', 'OFF'] },
    { why: 'would be cut', words: ['on', 'x'.repeat(121)] },
    { why: 'refers to another parameter', words: ['on', '{{ssm:other}}'] },
    { why: 'is given to show', words: ['show', 'release week'] },
    { why: 'is given to off', words: ['off', 'now'] },
  ])('a reason that $why is refused, exit 2', async ({ words }) => {
    const { freeze, changes } = await withSwitch();
    const { code, stdout, stderr } = await freeze(...words);

    expect(stderr).toMatch(/^Cannot .* as .*: found ".*"\nNothing was touched\.\n$/);
    expect({ code, stdout, changes: changes() }).toEqual({ code: 2, stdout: '', changes: [] });
  });
});
