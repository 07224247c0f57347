import { Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { usualDocumentPrefix } from './document-name.ts';
import { HostDocuments } from './host-documents.ts';

/** What a deployment of the host documents may choose. */
export interface HostDocumentsStackProps extends StackProps {
  /** What the names of the documents begin with; the same as in the stack that sends them. */
  readonly documentPrefix?: string;
}

/**
 * The host documents in a stack of their own, so that they can be deployed before whoever sends them and
 * destroyed after, and have a template's room (1 MB, of which they take half) to themselves.
 */
export class HostDocumentsStack extends Stack {
  readonly documents: HostDocuments;

  constructor(scope: Construct, id: string, props: HostDocumentsStackProps = {}) {
    super(scope, id, { description: 'Host scripts of aerofault', ...props });
    const { documentPrefix = usualDocumentPrefix } = props;
    // "Default" has no part in logical ids, so that the documents keep those they always had.
    this.documents = new HostDocuments(this, 'Default', { documentPrefix });
  }
}
