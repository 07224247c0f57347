import { constants, createPublicKey, publicEncrypt } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { makeAuthority } from './certificates.ts';
import { probe } from './ask.ts';
import { describeOnKernel, makeHost, peers } from './namespaces.ts';
import type { Host, Said } from './namespaces.ts';
import { put } from './put.ts';
import { startActor } from './start-actor.ts';
import type { Actor } from './start-actor.ts';
import { without } from './stand-in.ts';

const { p1 } = peers;
const user = 'probe';
const credential = `$2a$10$7EqJtq98hPqEX7fNZaFWoO${'x'.repeat(31)}`;
const plain = `${user}\n${credential}`;
const place = '/run/aerofault/run1.access';
const here = { AWS_SSM_INSTANCE_ID: 'i-1' };

const access = (host: Host, values: Readonly<Record<string, string>>): Promise<Said> =>
  host.script(
    'access',
    {
      RunId: 'run1',
      Until: String(Date.now() + 60_000),
      Tls: 'none',
      CaFile: 'system',
      Login: 'none',
      ...values,
    },
    here,
  );

/** As the Lambda does it. */
function seal(key: unknown, text = plain): string {
  const der = Buffer.from(z.string().parse(key), 'base64');
  const made = createPublicKey({ key: der, format: 'der', type: 'spki' });
  const how = { key: made, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
  return publicEncrypt(how, Buffer.from(text)).toString('base64');
}

async function open(host: Host, values: Readonly<Record<string, string>> = {}): Promise<Said> {
  const { json } = await access(host, { Action: 'key' });
  const other = `i-2@10.0.0.2=${Buffer.from('x').toString('base64')}`;
  const Login = `${other};i-1@10.0.0.1=${seal(json['key'])}`;
  return access(host, { Action: 'open', Login, ...values });
}

const filesOf = (host: Host): Promise<string> =>
  host.sh('cd /run/aerofault && stat -c "%a %n" * | sort');

describeOnKernel('access keeps how to ask a node', () => {
  let host: Host;
  beforeAll(async () => {
    host = await makeHost();
  });
  afterAll(() => host.end());
  afterEach(() => host.sh('rm -rf /run/aerofault'));

  test('for root alone, and the key that opened it is gone', async () => {
    const made = await access(host, { Action: 'key' });
    expect(made).toMatchObject({ code: 0, json: { outcome: 'made', action: 'key' } });
    const key = createPublicKey({
      key: Buffer.from(String(made.json['key']), 'base64'),
      format: 'der',
      type: 'spki',
    });
    expect(key.asymmetricKeyDetails?.modulusLength).toBeGreaterThanOrEqual(2048);
    expect(await filesOf(host)).toBe('600 run1.access-key\n');
    const opened = await access(host, {
      Action: 'open',
      Tls: 'aero.example',
      CaFile: '/etc/passwd',
      Login: `i-1@10.0.0.1=${seal(made.json['key'])}`,
    });
    expect(opened).toMatchObject({ code: 0, json: { outcome: 'opened' } });
    expect(JSON.stringify(opened)).not.toContain(credential);
    expect(await filesOf(host)).toBe('600 run1.access\n');
    expect((await host.sh(`cat ${place}`)).split('\n').slice(1)).toEqual([
      'aero.example',
      '/etc/passwd',
      user,
      credential,
    ]);
  });

  test('of one text for many hosts its own, by its id or else its address', async () => {
    expect((await open(host)).json).toMatchObject({ outcome: 'opened' });
    const { json } = await access(host, { Action: 'key' });
    const Login = `i-7@10.0.0.7=AAAA;i-8@${p1.host4}=${seal(json['key'])}`;
    const values = { RunId: 'run1', Until: String(Date.now() + 60_000), Tls: 'none' };
    const said = await host.script('access', {
      ...values,
      CaFile: 'system',
      Action: 'open',
      Login,
    });
    expect(said.json).toMatchObject({ outcome: 'opened' });
  });

  test("nothing that is another's: no section, another key, something else sealed", async () => {
    const { json } = await access(host, { Action: 'key' });
    const refused = await access(host, { Action: 'open', Login: 'i-2@10.0.0.2=AAAA' });
    expect(refused).toMatchObject({ code: 3, json: { outcome: 'refused' } });
    const other = await access(host, { Action: 'key' });
    const late = await access(host, { Action: 'open', Login: `i-1@10.0.0.1=${seal(json['key'])}` });
    expect(late).toMatchObject({ code: 1, json: { outcome: 'failed' } });
    const odd = `i-1@10.0.0.1=${seal(other.json['key'], 'user\npassword')}`;
    expect(await access(host, { Action: 'open', Login: odd })).toMatchObject({ code: 1 });
    expect(await filesOf(host)).not.toContain('run1.access\n');
  });

  test('a TLS name needs no key; neither of both is refused, and so is a file that is not there', async () => {
    const opened = await access(host, { Action: 'open', Tls: 'aero.example' });
    expect(opened.json).toMatchObject({ outcome: 'opened' });
    expect(await access(host, { Action: 'open' })).toMatchObject({ code: 3 });
    const CaFile = '/etc/no-such.pem';
    const refused = await access(host, { Action: 'open', Tls: 'aero.example', CaFile });
    expect(refused).toMatchObject({ code: 3, json: { word: 'no-ca-file' } });
    const [result] = await probe(host, [`view/${p1.ip4}/3000/1`]);
    expect(result).toMatchObject({ answer: 'silent', reason: 'no-ca-file' });
  });

  test.each(['stop', 'close'])('until %s', async (way) => {
    await open(host);
    await access(host, { Action: 'key' });
    if (way === 'stop') await probe(host, ['stop']);
    else
      expect((await access(host, { Action: 'close' })).json).toMatchObject({ outcome: 'closed' });
    expect(await host.sh('ls /run/aerofault')).not.toContain('access');
  });

  test('until its time is over: the next script of any run deletes it', async () => {
    await open(host, { Until: String(Date.now() + 1_500) });
    await access(host, { Action: 'key', RunId: 'run2', Until: String(Date.now() + 1_500) });
    expect(await filesOf(host)).toBe('600 run1.access\n600 run2.access-key\n');
    await host.sh('sleep 1.6');
    await probe(host, [`new/${p1.ip4}/9`], { RunId: 'run3' });
    expect(await host.sh('ls /run/aerofault')).not.toContain('access');
  });
});

describeOnKernel('access on a host without openssl', () => {
  let host: Host;
  beforeAll(async () => {
    host = await makeHost(without('openssl'));
  });
  afterAll(() => host.end());

  test('says so, and its node is silent for that reason, to probe and survey', async () => {
    const { code, json } = await access(host, { Action: 'key' });
    expect({ code, ...json }).toMatchObject({ code: 3, word: 'no-openssl' });
    expect(json['reason']).toContain('openssl must be installed');
    const [result] = await probe(host, [`view/${p1.ip4}/3000/1`]);
    expect(result).toMatchObject({ answer: 'silent', reason: 'no-openssl' });
    const survey = await host.script('survey', {
      RunId: 'run1',
      SentAt: String(Date.now()),
      Ports: '3000',
      Info: `${p1.ip4}/3000`,
    });
    expect(JSON.stringify(survey.json)).toContain('openssl must be installed for TLS and logins');
  });
});

describeOnKernel('a host asks a node that wants TLS and a login', () => {
  let host: Host;
  let node: Actor;
  const ca = makeAuthority();
  const port = 4333;
  beforeAll(async () => {
    host = await makeHost();
    node = await startActor(host, 'p1');
    const certificate = ca.certify('aero.example');
    await node.tell({ order: 'secure', port, certificate, user, credential });
  });
  afterAll(() => host.end());
  afterEach(() => host.sh('rm -rf /run/aerofault'));

  const item = `view/${p1.ip4}/${port}/1`;
  const survey = async (): Promise<string> => {
    const { json } = await host.script('survey', {
      RunId: 'run1',
      SentAt: String(Date.now()),
      Ports: '3000,4333',
      Info: `${p1.ip4}/${port}`,
    });
    return JSON.stringify(json);
  };
  const secure = async (): Promise<void> => {
    await put(host, '/run/ca.pem', ca.pem);
    const { json } = await open(host, { Tls: 'aero.example', CaFile: '/run/ca.pem' });
    expect(json).toMatchObject({ outcome: 'opened' });
  };

  test('by probe, survey and recorder, until stop', async () => {
    await secure();
    const [view, recording] = await probe(host, [item, `record/${p1.ip4}/${port}`]);
    expect(view).toMatchObject({ answer: 'ok', node: 'A1' });
    expect(recording).toMatchObject({ answer: 'recording' });
    expect(await survey()).toContain('"id":"A1"');
    await host.sh('sleep 1');
    const [recorded] = await probe(host, [`recorded/${p1.ip4}/${port}/0`]);
    expect(JSON.stringify(recorded)).toContain('33B6753569CE');
    await probe(host, ['stop']);
    await host.sh('sleep 0.3');
    expect(await host.sh('ps ax -o args | grep -c "[s]_client" || true')).toBe('0\n');
    const [after] = await probe(host, [item]);
    expect(after).toMatchObject({ answer: 'silent' });
  });

  test('and leaves no openssl behind where packets are dropped', async () => {
    await secure();
    await probe(host, [`record/${p1.ip4}/${port}`]);
    await host.sh('sleep 0.5');
    await host.sh(`iptables -A OUTPUT -p tcp --dport ${port} -j DROP`);
    await host.sh('sleep 8');
    const count = await host.sh('ps ax -o args | grep -c "[s]_client" || true');
    expect(Number(count)).toBeLessThan(3);
    await host.sh(`iptables -D OUTPUT -p tcp --dport ${port} -j DROP`);
    await probe(host, ['stop']);
    await host.sh('sleep 0.3');
    expect(await host.sh('ps ax -o args | grep -c "[s]_client" || true')).toBe('0\n');
  });

  test('its survey says what would help where it may not', async () => {
    const { json } = await access(host, { Action: 'key' });
    await put(host, '/run/ca.pem', ca.pem);
    const wrong = seal(json['key'], plain.replace(/x{31}/, 'y'.repeat(31)));
    const tls = { Tls: 'aero.example', CaFile: '/run/ca.pem' };
    await access(host, { Action: 'open', ...tls, Login: `i-1@10.0.0.1=${wrong}` });
    expect(await survey()).toContain('access.login must hold a user and the password');
    await access(host, { Action: 'open', Tls: 'other.example', CaFile: '/run/ca.pem' });
    expect(await survey()).toContain('access.tls.name must be in the node');
    await access(host, { Action: 'open', Tls: 'aero.example' });
    expect(await survey()).toContain('access.tls.caFile must hold the CA');
    await access(host, { Action: 'open', ...tls });
    expect(await survey()).toContain('access.login must be in the experiment');
  });
});
