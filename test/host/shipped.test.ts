import { expect, test } from 'vitest';
import { hostBesideNode } from './host-beside-node.ts';
import { describeOnKernel, peers } from './namespaces.ts';

const { p1 } = peers;

describeOnKernel('probe asks what a node ships', () => {
  const { host, tell, answerTo } = hostBesideNode();

  const item = `xdr/${p1.ip4}/3000/Far_DC-1`;

  test('from server 5.0 on: the namespaces of that destination', async () => {
    await tell({
      'get-config:context=xdr;dc=Far_DC-1':
        'auth-mode=none;auth-user=null;namespaces=test,bar;node-address-port=10.0.0.9:3000;period-ms=100',
    });
    expect(await answerTo(item)).toEqual({
      probe: item,
      answer: 'ok',
      namespaces: ['test', 'bar'],
      linkdown: false,
    });
  });

  test('none where all were removed', async () => {
    await tell({
      'get-config:context=xdr;dc=Far_DC-1': 'auth-mode=none;namespaces=;period-ms=100',
    });
    expect(await answerTo(item)).toMatchObject({ answer: 'ok', namespaces: [] });
  });

  test.each([
    { state: 'CLUSTER_UP', linkdown: false },
    { state: 'CLUSTER_WINDOW_SHIP', linkdown: false },
    { state: 'CLUSTER_DOWN', linkdown: true },
  ])('before server 5.0: $state is a link down: $linkdown', async ({ state, linkdown }) => {
    await tell({
      'get-config:context=xdr;dc=Far_DC-1': 'ERROR::unknown',
      'dc/Far_DC-1': `dc_as_open_conn=64;dc_state=${state};dc_timelag=0`,
    });
    expect(await answerTo(item)).toMatchObject({ answer: 'ok', namespaces: [], linkdown });
  });

  test('says why it does not know', async () => {
    await tell({
      'get-config:context=xdr;dc=Far_DC-1': 'ERROR:4:DC not found',
      'dc/Far_DC-1': 'ERROR:4:unrecognized command',
    });
    expect(await answerTo(item)).toMatchObject({
      answer: 'silent',
      reason: 'unknown-destination',
    });
    await tell({ 'get-config:context=xdr;dc=Far_DC-1': 'ERROR:80:not authenticated' });
    expect(await answerTo(item)).toMatchObject({ answer: 'silent', reason: 'not-allowed' });
    expect(await answerTo(`xdr/${p1.ip4}/3999/Far_DC-1`)).toMatchObject({
      answer: 'silent',
      reason: 'refused',
    });
  });

  test.each(['', 'a'.repeat(32), 'a;b', 'a b', '$(id)'])(
    'refuses a destination called "%s"',
    async (dc) => {
      const { code, json } = await host().script('probe', {
        RunId: 'run1',
        Until: String(Date.now() + 60_000),
        Probes: `xdr/${p1.ip4}/3000/${dc}`,
      });
      expect(code).not.toBe(0);
      expect(json['outcome']).toBe('refused');
    },
  );
});
