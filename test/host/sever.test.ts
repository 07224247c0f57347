import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnKernel, makeHost, peers } from './namespaces.ts';
import type { Host } from './namespaces.ts';
import { startActor } from './start-actor.ts';
import type { Actor } from './start-actor.ts';

const { p1, p2 } = peers;

const severOf = (values: Readonly<Record<string, string>> = {}) => ({
  RunId: 'run1',
  RestoreAt: String(Date.now() + 60_000),
  Ports: '3001,3002',
  Peers: `${p1.ip4},${p1.ip6}`,
  ...values,
});

describeOnKernel('sever closes what stands', () => {
  let host: Host;
  let own: Actor;
  let peer: Actor;
  let bystander: Actor;
  beforeAll(async () => {
    host = await makeHost();
    [own, peer, bystander] = await Promise.all([
      startActor(host),
      startActor(host, 'p1'),
      startActor(host, 'p2'),
    ]);
    for (const actor of [own, peer, bystander]) {
      for (const port of [3000, 3001]) await actor.tell({ order: 'listen', port });
    }
  });
  afterAll(() => host.end());

  test('connections of these peers and ports, whoever dialled, and no others', async () => {
    const doomed = {
      dialled: await own.link(p1.ip4, 3001),
      dialled6: await own.link(p1.ip6, 3001),
      accepted: await peer.link(p1.host4, 3001),
      accepted6: await peer.link(p1.host6, 3001),
    };
    const spared = {
      otherPort: await own.link(p1.ip4, 3000),
      otherPeer: await own.link(p2.ip4, 3001),
      itself: await own.link(p1.host4, 3001),
      accepted: await bystander.link(p2.host4, 3001),
    };
    const { code, json } = await host.script('sever', severOf());
    expect({ code, ...json }).toEqual({
      code: 0,
      script: 'sever',
      run: 'run1',
      outcome: 'severed',
      before: 4,
      left: 0,
    });

    const ends = await Promise.all([
      own.ask(doomed.dialled),
      own.ask(doomed.dialled6),
      peer.ask(doomed.accepted),
      peer.ask(doomed.accepted6),
    ]);
    expect(ends.every((end) => end === 'reset' || end === 'closed')).toBe(true);
    const alive = await Promise.all([
      own.ask(spared.otherPort),
      own.ask(spared.otherPeer),
      own.ask(spared.itself),
      bystander.ask(spared.accepted),
    ]);
    expect(alive).toEqual(Array(4).fill('answered'));
    expect((await own.dial(p1.ip4, 3001)).answer).toBe('open');
  });

  test('nothing to close is severed too', async () => {
    const { code, json } = await host.script('sever', severOf({ Ports: '3999' }));
    expect({ code, ...json }).toMatchObject({ code: 0, outcome: 'severed', before: 0, left: 0 });
  });

  test('it is refused after RestoreAt and after a restore, and closes nothing then', async () => {
    const link = await own.link(p1.ip4, 3001);
    const late = await host.script('sever', severOf({ RestoreAt: String(Date.now() - 1) }));
    expect(late).toMatchObject({
      code: 3,
      json: { outcome: 'refused', reason: 'deadline passed' },
    });
    await host.script('restore', { RunId: 'run2', Action: 'look' });
    const over = await host.script('sever', severOf({ RunId: 'run2' }));
    expect(over).toMatchObject({
      code: 3,
      json: { outcome: 'refused', reason: 'restored already' },
    });
    expect(await own.ask(link)).toBe('answered');
  });

  test('it is refused where the kernel skips what it is told to close', async () => {
    // As `ss -K` behaves without CONFIG_INET_DIAG_DESTROY: it lists, closes nothing and says nothing.
    const lame = await makeHost(`
      found=$(readlink -f "$(command -v ss)")
      cp "$found" /run/real
      printf '%s\\n' '#!/bin/sh' 'for w; do shift; [ "$w" = -K ] || set -- "$@" "$w"; done; exec /run/real "$@"' >/run/lame
      chmod 755 /run/lame
      mount --bind /run/lame "$found"`);
    const actor = await startActor(lame);
    await actor.tell({ order: 'listen', port: 3001 });
    const { code, json } = await lame.script('sever', severOf());
    expect(code).toBe(3);
    expect(json['reason']).toMatch(/kernel must close sockets on request/);
    lame.end();
  });
});
