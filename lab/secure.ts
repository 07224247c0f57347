/**
 * What a lab needs whose nodes want TLS or a login, as the experiment has it: a CA and certificates of its own,
 * a user with a password that is new each time, and the secret that holds both.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashSync } from 'bcryptjs';
import type { Experiment } from '../core/experiment.ts';
import { clusterTag } from '../core/inventory.ts';
import type { LabSecret } from './cloud/secrets.ts';
import type { NodeSecurity } from './node/security.ts';

/** The user that the nodes know. */
const username = 'aerofault-probe';
/** The one that every server hashes with (see lambda/aws/secrets.ts). */
const salt = '$2a$10$7EqJtq98hPqEX7fNZaFWoO';
/** Files below it are each machine's own. */
const ownFolder = '/run/';

/** How the lab's nodes are guarded. */
export interface LabSecurity {
  /** What nodes are told. */
  readonly node: NodeSecurity;
  /** The file that machines trust, and what is in it. */
  readonly ca: { readonly file: string; readonly pem: string } | undefined;
  /** The secret by its name, where there is a login. */
  readonly secret: { readonly name: string; readonly value: LabSecret } | undefined;
  /** What must be found nowhere. */
  readonly hidden: readonly string[];
}

/** The guard that this experiment is rehearsed with; undefined: its nodes answer everybody. */
export function securityOf({ access, cluster }: Experiment): LabSecurity | undefined {
  if (access === undefined) return undefined;
  const { tls, login } = access;
  const password = randomBytes(12).toString('hex');
  const credential = hashSync(password, salt);
  const made = tls === undefined ? undefined : certificateFor(tls.name);
  return {
    node: {
      ...(made === undefined ? {} : { tls: { cert: made.cert, key: made.key } }),
      ...(login === undefined ? {} : { login: { user: username, credential } }),
    },
    ca: made === undefined ? undefined : { file: fileOf(tls?.caFile), pem: made.ca },
    secret:
      login === undefined
        ? undefined
        : {
            name: login.secret,
            value: {
              text: JSON.stringify({ username, password }),
              tags: { [clusterTag]: cluster },
            },
          },
    hidden: login === undefined ? [] : [password, credential],
  };
}

/** The lab's machines see the files of this one, so what is trusted must be a file of theirs. */
function fileOf(caFile = ''): string {
  if (caFile.startsWith(ownFolder)) return caFile;
  throw new Error(
    `Cannot rehearse TLS as access.tls.caFile must be under ${ownFolder}, where every machine of the lab has its own files: found '${caFile}'`,
  );
}

function certificateFor(name: string): { ca: string; cert: string; key: string } {
  const folder = mkdtempSync(join(tmpdir(), 'aerofault-lab-ca-'));
  const openssl = (...words: string[]): Buffer =>
    execFileSync('openssl', words, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  try {
    openssl('req', '-x509', ...ec, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=lab CA');
    openssl('req', ...ec, '-keyout', 'node.key', '-out', 'node.csr', '-subj', `/CN=${name}`);
    writeFileSync(join(folder, 'names'), `subjectAltName=DNS:${name}\n`);
    const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names'];
    openssl('x509', '-req', '-in', 'node.csr', ...by, '-out', 'node.pem');
    return { ca: read('ca.pem'), cert: read('node.pem'), key: read('node.key') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
