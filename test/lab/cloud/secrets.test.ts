import { constants, generateKeyPairSync, privateDecrypt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSecretsManager } from '../../../lab/cloud/secrets.ts';
import type { SecretsManager } from '../../../lab/cloud/secrets.ts';
import { managedSecrets } from '../../../lambda/aws/secrets.ts';

/** The lab's Secrets Manager, asked as a Lambda asks. */
describe('the lab’s secrets', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const name = 'orders/probe';
  const arn = `arn:aws:secretsmanager:eu-west-1:000000000000:secret:${name}-AbCdEf`;
  let endpoint: SecretsManager;
  beforeAll(async () => {
    endpoint = await startSecretsManager({ host: '127.0.0.1', port: 0 });
    endpoint.put(name, {
      text: JSON.stringify({ username: 'probe', password: 'first' }),
      tags: { 'aerofault:cluster': 'orders' },
    });
  });
  afterAll(() => endpoint.close());

  async function sealed(secret: string): Promise<string> {
    const secrets = managedSecrets({
      endpoint: endpoint.url,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'lab', secretAccessKey: 'lab' },
    });
    const order = { secret, cluster: 'orders', keys: new Map([['i-1', key]]) };
    const text = (await secrets.sealed(order)).get('i-1') ?? '';
    const how = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
    return privateDecrypt({ key: privateKey, ...how }, Buffer.from(text, 'base64')).toString();
  }

  test('are found by name and ARN, and change', async () => {
    const before = await sealed(name);
    expect(before).toMatch(/^probe\n\$2a\$10\$/);
    expect(await sealed(arn)).toBe(before);
    endpoint.put(name, {
      text: JSON.stringify({ username: 'probe', password: 'second' }),
      tags: { 'aerofault:cluster': 'orders' },
    });
    expect(await sealed(name)).not.toBe(before);
  });

  test('are refused where there are none', async () => {
    await expect(sealed('orders/other')).rejects.toThrow(/found ResourceNotFoundException/);
  });
});
