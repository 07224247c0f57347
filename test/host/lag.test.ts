import { expect, test } from 'vitest';
import { hostBesideNode } from './host-beside-node.ts';
import { describeOnKernel, peers } from './namespaces.ts';

const { p1 } = peers;

describeOnKernel('probe asks how far a node lags behind', () => {
  const { tell, answerTo } = hostBesideNode();

  const item = `lag/${p1.ip4}/3000`;
  const lagsWhen = async (values: Readonly<Record<string, string>>): Promise<unknown> => {
    await tell(values);
    return answerTo(item);
  };

  test('from server 5.0 on: every destination of its configuration, the worst first', async () => {
    expect(
      await lagsWhen({
        build: '8.1.2.0',
        'get-config:context=xdr': 'dcs=near,Far_DC-1;src-id=0;trace-sample=0',
        'get-stats:context=xdr;dc=near': 'lag=2;in_queue=0',
        'get-stats:context=xdr;dc=Far_DC-1':
          'lag=934;in_queue=1763197;recoveries=12;recoveries_pending=3;lap_us=4',
      }),
    ).toEqual({
      probe: item,
      answer: 'ok',
      lags: [
        ['Far_DC-1', 934, 1763197, 12, 3],
        ['near', 2, 0, null, null],
      ],
    });
  });

  test('before server 5.0: as the destinations themselves tell', async () => {
    expect(
      await lagsWhen({
        build: '4.9.0.37',
        'get-dc-config':
          'dc-name=DC2:nodes=10.0.0.9+3000:namespaces=test;dc-name=DC3:nodes=10.0.1.9+3000:namespaces=test',
        'dc/DC2': 'dc_state=CLUSTER_UP;dc_timelag=0',
        'dc/DC3': 'dc_state=CLUSTER_DOWN;dc_timelag=71',
      }),
    ).toMatchObject({
      lags: [
        ['DC3', 71, null, null, null],
        ['DC2', 0, null, null, null],
      ],
    });
  });

  test.each(['ERROR:25:enterprise-only', '', 'dcs=;src-id=0'])(
    'none where nothing is shipped: "%s"',
    async (told) => {
      expect(await lagsWhen({ build: '8.1.2.0', 'get-config:context=xdr': told })).toEqual({
        probe: item,
        answer: 'ok',
        lags: [],
      });
    },
  );

  test('says why it does not know', async () => {
    expect(
      await lagsWhen({ build: '8.1.2.0', 'get-config:context=xdr': 'ERROR:80:not authenticated' }),
    ).toMatchObject({ answer: 'silent', reason: 'not-allowed' });
    expect(await answerTo(`lag/${p1.ip4}/3999`)).toMatchObject({ answer: 'silent' });
  });
});
