import { constants, generateKeyPairSync, privateDecrypt } from 'node:crypto';
import { compareSync } from 'bcryptjs';
import { afterEach, describe, expect, test } from 'vitest';
import { managedSecrets } from '../../../lambda/aws/secrets.ts';
import { grammar } from '../../core/inventories.ts';
import { httpFake, json, jsonError, jsonIn } from './http-fake.ts';
import type { Asked, HttpFake } from './http-fake.ts';

/** Shapes: the Secrets Manager API reference, DescribeSecret and GetSecretValue. */

let fake: HttpFake | undefined;

afterEach(async () => {
  await fake?.stop();
  fake = undefined;
});

const password = 'pa55 word é';
const good = JSON.stringify({ username: 'probe', password });
const tags = [{ Key: 'aerofault:cluster', Value: 'orders' }];

function aHost() {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const open = (text: string): string =>
    privateDecrypt(
      { key: privateKey, padding, oaepHash: 'sha256' },
      Buffer.from(text, 'base64'),
    ).toString();
  return { key, open };
}

const answering =
  (SecretString: string, Tags: object[] = tags) =>
  ({ action }: Asked) =>
    json(action === 'DescribeSecret' ? { Name: 'orders/probe', Tags } : { SecretString });

async function sealed(
  answer: Parameters<typeof httpFake>[0],
  keys: ReadonlyMap<string, string> = new Map([['i-1', aHost().key]]),
) {
  fake = await httpFake(answer);
  return managedSecrets(fake.connection).sealed({
    secret: 'orders/probe',
    cluster: 'orders',
    keys,
  });
}

describe('secrets', () => {
  test('are sealed for each host: user and the hash that servers know, never the password', async () => {
    const hosts = new Map([
      ['i-1', aHost()],
      ['i-2', aHost()],
    ]);
    const keys = new Map([...hosts].map(([id, { key }]) => [id, key]));
    const told = await sealed(answering(good), keys);
    expect([...told.keys()]).toEqual(['i-1', 'i-2']);
    for (const [id, host] of hosts) {
      const [user, credential = '', ...more] = host.open(told.get(id)!).split('\n');
      expect([user, more]).toEqual(['probe', []]);
      expect(credential).toMatch(/^\$2a\$10\$7EqJtq98hPqEX7fNZaFWoO[A-Za-z0-9./]{31}$/);
      expect(compareSync(password, credential)).toBe(true);
    }
    expect(() => hosts.get('i-2')!.open(told.get('i-1')!)).toThrow();
    expect(fake!.asked.map(({ action }) => action)).toEqual(['DescribeSecret', 'GetSecretValue']);
    for (const asked of fake!.asked) expect(jsonIn(asked)).toEqual({ SecretId: 'orders/probe' });
  });

  test('the hash is the one that Aerospike has for a password', async () => {
    const host = aHost();
    const text = JSON.stringify({ username: 'admin', password: 'admin' });
    const told = await sealed(answering(text), new Map([['i-1', host.key]]));
    // As clients of Aerospike send it for "admin".
    expect(host.open(told.get('i-1')!)).toBe(
      'admin\n$2a$10$7EqJtq98hPqEX7fNZaFWoO1mVO/4MLpGzsqojz6E9Gef6iXDjXdDa',
    );
  });

  test.each([
    ['that is tagged for another cluster', answering(good, [{ ...tags[0], Value: 'payments' }])],
    ['without a tag', answering(good, [])],
    ['that is no JSON', answering('probe:pa55 word é')],
    ['without a username', answering(JSON.stringify({ password }))],
    ['with a newline in it', answering(JSON.stringify({ username: 'a\nb', password }))],
    ['with no password', answering(JSON.stringify({ username: 'probe', password: '' }))],
    [
      'with a username of many bytes',
      answering(JSON.stringify({ username: '漢'.repeat(63), password })),
    ],
    ['that is not there', () => jsonError('ResourceNotFoundException')],
    ['that may not be read', () => jsonError('AccessDeniedException')],
    ['whose key may not be used', () => jsonError('DecryptionFailure')],
  ])('one %s is refused in a sentence that tells nothing of it', async (_, answer) => {
    const error: unknown = await sealed(answer).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'Refusal' });
    const says = error instanceof Error ? error.message : '';
    expect(says).toMatch(grammar);
    expect(says).not.toContain('pa55');
  });

  test('one that is not the cluster’s is not even read', async () => {
    await sealed(answering(good, [])).catch(() => undefined);
    expect(fake!.asked.map(({ action }) => action)).toEqual(['DescribeSecret']);
  });
});
