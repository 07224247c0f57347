import { Names } from 'aws-cdk-lib';
import { CfnDocument } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { scriptNames } from '../core/script-names.ts';
import { documentContent } from './document-content.ts';
import { documentName } from './document-name.ts';

/** Host documents, wherever they were made. */
export interface IHostDocuments {
  /** What their names begin with. */
  readonly documentPrefix: string;
}

/** What a set of host documents may choose. */
export interface HostDocumentsProps {
  /**
   * What the names of the documents begin with. SSM knows one document of a name in an account and Region.
   *
   * @default - a name made of the construct's path, so that no two sets are in each other's way
   */
  readonly documentPrefix?: string;
}

/** The names of all are told to every Lambda, whose environment has room for 4 KB. */
const prefixMax = 60;

/**
 * The host scripts as SSM documents, tied to those who send them by name alone.
 *
 * Starts and ends with its stack. A new version becomes the default at once. A deployment in the middle
 * of a run changes neither what it injects nor what restores it, for its plan holds on to versions and their
 * hashes; where the version that restores is gone, the default one does, for every version undoes what any
 * did. Deleting the documents alone, which nothing guards, takes the restore by command away, not the timers
 * on the hosts: a run that is open then is stuck, truthfully, until they are deployed again.
 */
export class HostDocuments extends Construct implements IHostDocuments {
  /** Documents that another stack has made. */
  static fromDocumentPrefix(documentPrefix: string): IHostDocuments {
    return { documentPrefix };
  }

  readonly documentPrefix: string;

  constructor(scope: Construct, id: string, props: HostDocumentsProps = {}) {
    super(scope, id);
    // The word before keeps a stack's name such as "aws-ops" from being one that SSM reserves.
    const own = (): string =>
      Names.uniqueResourceName(this, { maxLength: prefixMax - 'Aerofault-'.length });
    this.documentPrefix = props.documentPrefix ?? `Aerofault-${own()}`;
    for (const script of scriptNames) {
      new CfnDocument(this, script.charAt(0).toUpperCase() + script.slice(1), {
        name: documentName(this.documentPrefix, script),
        documentType: 'Command',
        documentFormat: 'JSON',
        targetType: '/AWS::EC2::Instance',
        updateMethod: 'NewVersion',
        content: documentContent(script),
      });
    }
  }
}
