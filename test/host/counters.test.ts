import { expect, test } from 'vitest';
import { counterNames } from '../../core/probe/counters.ts';
import { ProbeResult } from '../../core/observation.ts';
import { hostBesideNode } from './host-beside-node.ts';
import { describeOnKernel, peers } from './namespaces.ts';

const { p1 } = peers;

const listed = (values: Partial<Record<string, number>>): (number | null)[] =>
  counterNames.map((name) => values[name] ?? null);

describeOnKernel('probe asks what a node has counted', () => {
  const { tell, answerTo } = hostBesideNode();

  const item = `counters/${p1.ip4}/3000`;
  const countedWhen = async (values: Readonly<Record<string, string>>): Promise<unknown> => {
    await tell(values);
    return answerTo(item);
  };
  test('those of the node as they are, those of its namespaces added up, and null for what it has not', async () => {
    const answer = await countedWhen({
      statistics:
        'cluster_size=3;client_connections=7;client_connections_opened=0012;client_connections_closed=5;fabric_connections_opened=48',
      namespaces: 'test;bar',
      'namespace/test': 'ns_cluster_size=3;client_write_success=100;client_write_timeout=3',
      'namespace/bar': 'client_write_success=23;xdr_client_write_timeout=9;client_proxy_error=1',
    });

    expect(answer).toEqual({
      probe: item,
      answer: 'ok',
      counters: listed({
        client_connections_opened: 12,
        client_connections_closed: 5,
        fabric_connections_opened: 48,
        client_write_success: 123,
        client_write_timeout: 3,
        client_proxy_error: 1,
      }),
    });
    expect(ProbeResult.parse(answer)).toMatchObject({ answer: 'ok' });
  });

  test('one that wants a login, or does not listen, is silent', async () => {
    expect(await countedWhen({ statistics: 'ERROR:80:not authenticated' })).toEqual({
      probe: item,
      answer: 'silent',
      reason: 'not-allowed',
    });
    expect(await answerTo(`counters/${p1.ip4}/3999`)).toMatchObject({ answer: 'silent' });
  });
});
