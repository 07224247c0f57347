import { describe, expect, test } from 'vitest';
import { diagnose } from '../../core/doctor.ts';
import type { Consultation, Finding } from '../../core/doctor.ts';
import { diagnosisText } from '../../core/doctor-text.ts';
import type { Survey } from '../../core/inventory.ts';
import { aClient, aNode } from './inventories.ts';
import { aSurvey, nodeWords } from './surveys.ts';

/** Two nodes that are well, unless told otherwise of the first. */
function twoNodes(changes: Partial<Survey> = {}): Consultation {
  return {
    cluster: 'orders',
    instances: [aNode(1), aNode(2)],
    surveys: [aSurvey('i-n1', changes), aSurvey('i-n2')],
    silent: {},
    unasked: new Set(),
    ports: [3000, 3001, 3002, 3003],
  };
}

/** What is found of the first host. */
const foundOf = (changes: Partial<Survey>): readonly Finding[] =>
  diagnose(twoNodes(changes)).hosts[0]!.findings;

describe('a cluster is fit', () => {
  test('when every host is well', () => {
    const { fit, hosts, findings } = diagnose(twoNodes());

    expect({ fit, findings }).toEqual({ fit: true, findings: [] });
    expect(hosts.map((host) => host.findings)).toEqual([[], []]);
  });

  test('when there are only things to know of', () => {
    const says = 'Cannot trust the clock as chrony must be synchronised: found that it is not';

    expect(diagnose(twoNodes({ findings: [{ refuses: false, says }] })).fit).toBe(true);
  });

  test('when a client has no node', () => {
    const { node: _, ...rest } = aSurvey('i-c1');
    const consultation = { ...twoNodes(), instances: [aClient(1)], surveys: [rest] };

    expect(diagnose(consultation)).toMatchObject({ fit: true, hosts: [{ findings: [] }] });
  });
});

describe('a cluster is not fit', () => {
  test('when a host finds a reason itself, in its words', () => {
    const finding = {
      refuses: true,
      says: 'Cannot probe as bash must be installed: found it missing',
    };
    const { fit, hosts } = diagnose(twoNodes({ findings: [finding] }));

    expect(fit).toBe(false);
    expect(hosts[0]!.findings).toEqual([finding]);
  });

  test('when a host is silent, and it says why', () => {
    const silent = { 'i-n2': 'SSM says Undeliverable' };
    const { fit, hosts } = diagnose({ ...twoNodes(), surveys: [aSurvey('i-n1')], silent });

    expect(fit).toBe(false);
    expect(hosts[1]!.findings).toEqual([
      {
        refuses: true,
        says: "Cannot ask this host as its SSM agent must answer: found SSM says Undeliverable (see that amazon-ssm-agent runs, and reaches SSM by the instance's role)",
      },
    ]);
  });

  test('when AWS kept a host from being asked, which is not its agent', () => {
    const silent = { 'i-n2': 'ThrottlingException: Rate exceeded' };
    const unasked = new Set(['i-n2']);
    const { fit, hosts } = diagnose({
      ...twoNodes(),
      surveys: [aSurvey('i-n1')],
      silent,
      unasked,
    });

    expect(fit).toBe(false);
    expect(hosts[1]!.findings).toEqual([
      {
        refuses: true,
        says: 'Cannot ask this host as AWS must let it be asked: found ThrottlingException: Rate exceeded; repeat the command, and have it allowed where it is denied',
      },
    ]);
  });

  test.each(['3.3.2745.9', '3.2.9999.0', '2.9.9999.9'])(
    'when an agent is as old as %s',
    (agent) => {
      expect(foundOf({ agent })).toEqual([
        {
          refuses: true,
          says: `Cannot give scripts their parameters as the SSM agent must be 3.3.2746.0 or later: found ${agent} (run AWS-UpdateSSMAgent)`,
        },
      ]);
    },
  );

  test.each(['3.3.2746.0', '3.3.3000.0', '3.10.0.0', '4.0.0.0'])(
    'but agent %s will do',
    (agent) => {
      expect(foundOf({ agent })).toEqual([]);
    },
  );

  test('when a clock is off by more than its error explains', () => {
    const says =
      'Cannot switch on time as its clock must be within 250 ms of ours: found it 900 ms slow (start chrony, or run chronyc makestep)';

    expect(foundOf({ clock: { offsetMs: -900, errorMs: 100, by: 'round-trip' } })).toEqual([
      { refuses: true, says },
    ]);
  });

  test('when its nodes follow two principals: they are two clusters', () => {
    const { fit, findings } = diagnose(twoNodes({ node: nodeWords({ principal: 'BB9010A' }) }));

    expect(fit).toBe(false);
    expect(findings).toEqual([
      {
        refuses: true,
        says: 'Cannot fault one cluster as its nodes must follow one principal: found BB9010A, BB9030A; make it one again first',
      },
    ]);
  });
});

/** All that is said of a cluster that is fit. */
function warned(changes: Partial<Survey>): string[] {
  const { fit, hosts, findings } = diagnose(twoNodes(changes));
  expect(fit).toBe(true);
  return [...hosts.flatMap((host) => host.findings), ...findings].map((one) => one.says);
}

describe('what people are told, and may ignore', () => {
  test('a clock that is hardly known', () => {
    const clock = { offsetMs: 900, errorMs: 800, by: 'round-trip' } as const;

    expect(warned({ clock })).toEqual([
      'Cannot switch on time as its clock must be within 250 ms of ours: found it 900 ms fast, give or take 800 ms (start chrony)',
    ]);
  });

  test('ports that an experiment with the usual numbers would miss', () => {
    const ports = { service: 3000, fabric: 3101, tlsHeartbeat: 3012 };

    expect(warned({ node: nodeWords({ ports }) })).toEqual([
      'Cannot judge every listener as --ports must name it, and experiments portNumbers: found fabric 3101, tlsHeartbeat 3012',
    ]);
  });

  test('builds that differ', () => {
    expect(warned({ node: nodeWords({ build: '7.2.0.17' }) })).toEqual([
      'Cannot expect nodes to behave alike as they must be of one build: found 7.2.0.17, 8.1.2.0',
    ]);
  });

  test('strong consistency', () => {
    expect(warned({ node: nodeWords({ strong: ['ledger'] }) })).toEqual([
      'Cannot flap on strong consistency as the experiment must say allowFlapping: found it in ledger',
    ]);
  });

  test('a node that does not answer', () => {
    const { node: _, ...rest } = aSurvey('i-n1');
    const { fit, hosts } = diagnose({ ...twoNodes(), surveys: [rest, aSurvey('i-n2')] });

    expect(fit).toBe(true);
    expect(hosts[0]!.findings.map((one) => one.says)).toEqual([
      'Cannot tell how its node is as the service port must answer: found no answer (start it, or give its ports with --ports)',
    ]);
  });
});

test('destinations are another cluster: their principal and build are their own', () => {
  const far = aNode(3, { role: 'xdr-destination', name: 'd1' });
  const { instances, surveys, ...rest } = twoNodes();
  const node = nodeWords({ principal: 'CC9030A', build: '6.4.0.1' });
  const consultation = {
    ...rest,
    instances: [...instances, far],
    surveys: [...surveys, aSurvey('i-n3', { node })],
  };

  expect(diagnose(consultation)).toMatchObject({ fit: true, findings: [] });
});

describe('as text', () => {
  test('a block a host, and what to do', () => {
    const finding = {
      refuses: true,
      says: 'Cannot probe as bash must be installed: found it missing',
    };
    const consultation = twoNodes({ findings: [finding], tools: [], abilities: [] });

    expect(diagnosisText(diagnose(consultation))).toEqual([
      'orders: 2 of 2 hosts answered',
      '',
      'FAIL  n1  i-n1  node',
      '        agent   3.3.2746.0; timer by systemd; clock +0.4 ms, give or take 1.2 (chrony)',
      '        tools   none (iptables is nft)',
      '        kernel  none',
      '        listens 3000, 3001, 3002',
      '        node    BB9010A, build 8.1.2.0, principal BB9030A',
      '        ports   service 3000, fabric 3001, heartbeat 3002',
      '      !! Cannot probe as bash must be installed: found it missing',
      'ok    n2  i-n2  node',
      '        agent   3.3.2746.0; timer by systemd; clock +0.4 ms, give or take 1.2 (chrony)',
      '        tools   iptables, ip6tables, nft, ip, ss (iptables is nft)',
      '        kernel  time, statistic, u32, reject, nat, nft-time, sever',
      '        listens 3000, 3001, 3002',
      '        node    BB9010A, build 8.1.2.0, principal BB9030A',
      '        ports   service 3000, fabric 3001, heartbeat 3002',
      '',
      'NOT FIT: 1 problem, 0 warnings. Nothing was changed.',
    ]);
  });

  test('what hosts say cannot steer a terminal', () => {
    const says = 'all \u001b[2J\u202egone\u2028';
    const text = diagnosisText(diagnose(twoNodes({ findings: [{ refuses: false, says }] })));

    expect(text).toContain('       ! all [2Jgone');
  });

  test('a silent host has one line and its reason', () => {
    const text = diagnosisText(diagnose({ ...twoNodes(), surveys: [aSurvey('i-n1')] }));

    expect(text).toContain('FAIL  n2  i-n2  node');
    expect(text).toContainEqual(
      expect.stringMatching(/^ {6}!! Cannot ask this host .* found that nobody asked it/),
    );
    expect(text[0]).toBe('orders: 1 of 2 hosts answered');
  });
});
