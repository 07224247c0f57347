import { createHash } from 'node:crypto';
import type { AssemblyDocument } from '../../assembly/assembly.ts';
import { AwsError } from '../aws-error.ts';
import { CommandDocument } from './document.ts';

/** The documents of an assembly by name, each version kept: the newest is the default, as with NewVersion. */
export class Documents {
  readonly #versions = new Map<string, Version[]>();

  constructor(documents: readonly AssemblyDocument[]) {
    for (const { name, content } of documents) this.publish(name, content);
  }

  /** Adds a version, which is the default from now on. */
  publish(name: string, content: unknown): void {
    const versions = this.#versions.get(name) ?? [];
    const version = { document: CommandDocument.parse(content), hash: hashOf(content) };
    this.#versions.set(name, [...versions, version]);
  }

  /** Takes a document with all its versions away, as deleting its stack does. */
  withdraw(name: string): void {
    this.#versions.delete(name);
  }

  /**
   * A version of a document, which must have this SHA-256 where one is given.
   *
   * @throws AwsError InvalidDocument, InvalidDocumentVersion
   */
  find(name: string, version: string, hash?: string): CommandDocument {
    const found = this.#version(name, version);
    if (hash === undefined || hash === found.hash) return found.document;
    // In the words of aws-samples/aws-security-reference-architecture-examples#301.
    throw new AwsError('InvalidDocument', `document hash ${hash} does not match Sha256.`);
  }

  /** `Document` of DescribeDocument. @throws as {@link find} does */
  describe(name: string, version: string): object {
    const versions = this.#all(name);
    const { document, hash } = this.#version(name, version);
    const { description, schemaVersion } = document;
    return {
      Name: name,
      DocumentVersion: String(numberOf(version, versions.length)),
      DefaultVersion: String(versions.length),
      LatestVersion: String(versions.length),
      Description: description,
      SchemaVersion: schemaVersion,
      DocumentType: 'Command',
      DocumentFormat: 'JSON',
      Hash: hash,
      HashType: 'Sha256',
      Status: 'Active',
    };
  }

  #version(name: string, version: string): Version {
    const versions = this.#all(name);
    const found = versions[numberOf(version, versions.length) - 1];
    if (found !== undefined) return found;
    throw new AwsError('InvalidDocumentVersion', `No version ${version} of ${name}`);
  }

  #all(name: string): readonly Version[] {
    const versions = this.#versions.get(name);
    if (versions !== undefined) return versions;
    throw new AwsError('InvalidDocument', `No document ${name}`);
  }
}

/** One version of a document, and the SHA-256 of its text in hexadecimal. */
interface Version {
  readonly document: CommandDocument;
  readonly hash: string;
}

const hashOf = (content: unknown): string =>
  createHash('sha256').update(JSON.stringify(content)).digest('hex');

/** Versions count from 1; a word that is none of SSM's is no version. */
function numberOf(version: string, newest: number): number {
  return ['$DEFAULT', '$LATEST'].includes(version) ? newest : Number(version);
}
