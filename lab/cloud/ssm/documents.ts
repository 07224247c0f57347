import type { AssemblyDocument } from '../../assembly/assembly.ts';
import { AwsError } from '../aws-error.ts';
import { CommandDocument } from './document.ts';

/** The documents of an assembly by name, each version kept: the newest is the default, as with NewVersion. */
export class Documents {
  readonly #versions = new Map<string, CommandDocument[]>();

  constructor(documents: readonly AssemblyDocument[]) {
    for (const { name, content } of documents) this.publish(name, content);
  }

  /** Adds a version, which is the default from now on. */
  publish(name: string, content: unknown): void {
    const versions = this.#versions.get(name) ?? [];
    this.#versions.set(name, [...versions, CommandDocument.parse(content)]);
  }

  /** @throws AwsError InvalidDocument, InvalidDocumentVersion */
  find(name: string, version: string): CommandDocument {
    const versions = this.#all(name);
    const found = versions[numberOf(version, versions.length) - 1];
    if (found !== undefined) return found;
    throw new AwsError('InvalidDocumentVersion', `No version ${version} of ${name}`);
  }

  /** `Document` of DescribeDocument. @throws as {@link find} does */
  describe(name: string, version: string): object {
    const versions = this.#all(name);
    const { description, schemaVersion } = this.find(name, version);
    return {
      Name: name,
      DocumentVersion: String(numberOf(version, versions.length)),
      DefaultVersion: String(versions.length),
      LatestVersion: String(versions.length),
      Description: description,
      SchemaVersion: schemaVersion,
      DocumentType: 'Command',
      DocumentFormat: 'JSON',
      Status: 'Active',
    };
  }

  #all(name: string): readonly CommandDocument[] {
    const versions = this.#versions.get(name);
    if (versions !== undefined) return versions;
    throw new AwsError('InvalidDocument', `No document ${name}`);
  }
}

/** Versions count from 1; a word that is none of SSM's is no version. */
function numberOf(version: string, newest: number): number {
  return ['$DEFAULT', '$LATEST'].includes(version) ? newest : Number(version);
}
