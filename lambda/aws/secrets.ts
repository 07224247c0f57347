import { constants, createPublicKey, publicEncrypt } from 'node:crypto';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { hashSync } from 'bcryptjs';
import * as z from 'zod';
import { clusterTag } from '../../core/inventory.ts';
import { Refusal } from '../../core/refusal.ts';
import type { SealOrder, Secrets } from '../gateways-of-secrets.ts';
import { patient } from './connection.ts';
import type { Connection } from './connection.ts';
import { isDeclined, reasonOf } from './failure.ts';

/**
 * Every Aerospike client and server hashes passwords with this one salt, which is public, so the hash is as
 * good as the password to a server, and to nothing else (aerospike/aerospike-admin,
 * lib/live_cluster/client/info.py).
 */
const salt = '$2a$10$7EqJtq98hPqEX7fNZaFWoO';

/** As much as a line of access.sh and a field of a login take. */
const Login = z.object({
  username: z.string().regex(/^[^\p{Cc}]{1,63}$/u),
  password: z.string().min(1),
});
type Login = z.infer<typeof Login>;

/** What RSA-OAEP with SHA-256 takes at 2,048 bits, in bytes. */
const sealedMost = 190;

/**
 * Logins in Secrets Manager, sealed to hosts: the password is hashed here and goes no further. No error of
 * this file tells what a secret holds.
 */
export function managedSecrets(connection: Connection): Secrets {
  const client = new SecretsManagerClient(patient(connection));
  return {
    async sealed(order) {
      const { username, password } = await loginOf(order, client);
      const text = Buffer.from(`${username}\n${hashSync(password, salt)}`);
      if (text.length > sealedMost) throw refusal(order, 'hold a username of at most 129 bytes');
      return new Map([...order.keys].map(([id, key]) => [id, sealedTo(key, text)]));
    },
  };
}

async function loginOf(order: SealOrder, client: SecretsManagerClient): Promise<Login> {
  const SecretId = order.secret;
  try {
    const { Tags = [] } = await client.send(new DescribeSecretCommand({ SecretId }));
    const tag = Tags.find(({ Key }) => Key === clusterTag)?.Value;
    if (tag !== order.cluster) {
      throw refusal(
        order,
        `bear the tag ${clusterTag}=${order.cluster}`,
        tag === undefined ? 'none' : `"${tag}"`,
      );
    }
    const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId }));
    return loginIn(SecretString, order);
  } catch (error) {
    if (!isDeclined(error)) throw error;
    throw refusal(order, `be there and let aerofault read it (tag, policy, key)`, reasonOf(error));
  }
}

function loginIn(text: string, order: SealOrder): Login {
  const { data } = Login.safeParse(jsonOf(text));
  if (data !== undefined) return data;
  throw refusal(order, 'hold JSON like {"username": "…", "password": "…"}', 'something else');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sealedTo(key: string, text: Buffer): string {
  const made = createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' });
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  return publicEncrypt({ key: made, padding, oaepHash: 'sha256' }, text).toString('base64');
}

const refusal = ({ secret }: SealOrder, must: string, found = 'a longer one'): Refusal =>
  new Refusal(
    `Cannot log in by secret "${secret}" as it must ${must}: found ${found.replaceAll(/\s+/g, ' ').replace(/[ .]+$/, '')}`,
  );
