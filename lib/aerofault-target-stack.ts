import { Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AerofaultTarget } from './aerofault-target.ts';
import type { AerofaultTargetProps } from './aerofault-target.ts';
import { usualDocumentPrefix } from './document-name.ts';
import { HostDocuments } from './host-documents.ts';

/** What an account with clusters may choose, and the same in words. */
export interface AerofaultTargetStackProps extends StackProps, AerofaultTargetProps {
  /** What the names of the host documents begin with; the same as in the stack that sends them. */
  readonly documentPrefix?: string;
}

/** What an account needs for its clusters to be faulted from another, as a stack of its own. */
export class AerofaultTargetStack extends Stack {
  readonly target: AerofaultTarget;

  constructor(scope: Construct, id: string, props: AerofaultTargetStackProps) {
    super(scope, id, { description: 'Lets aerofault of another account fault clusters', ...props });
    const { documentPrefix = usualDocumentPrefix } = props;
    const hostDocuments =
      props.hostDocuments ?? new HostDocuments(this, 'HostDocuments', { documentPrefix });
    this.target = new AerofaultTarget(this, 'Default', { ...props, hostDocuments });
  }
}
