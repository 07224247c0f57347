import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate with its key, as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** The file of a CA of its own, and certificates of it for names. Files go with the process. */
export interface Authority {
  readonly file: string;
  readonly pem: string;
  certify(name: string): Certificate;
}

/** Makes a CA that nobody else knows. */
export function makeAuthority(): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'aerofault-ca-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const openssl = (...words: string[]) =>
    execFileSync('openssl', words, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...ec, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=test CA');
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
  return {
    file: join(folder, 'ca.pem'),
    pem: read('ca.pem'),
    certify(name) {
      openssl('req', ...ec, '-keyout', 'own.key', '-out', 'own.csr', '-subj', `/CN=${name}`);
      writeFileSync(join(folder, 'ext'), `subjectAltName=DNS:${name}\n`);
      const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'ext'];
      openssl('x509', '-req', '-in', 'own.csr', ...signed, '-out', 'own.pem');
      return { cert: read('own.pem'), key: read('own.key') };
    },
  };
}
