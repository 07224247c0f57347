/** A resource of the stack that ministack cannot make. */
export interface LeftOut {
  readonly type: string;
  /** The property that it cannot read; absent: it knows nothing of the type. */
  readonly property?: string;
  /** What it says, which a test asks for, so that an entry goes when ministack learns. */
  readonly says: RegExp;
  /** Why that costs the suite nothing that matters. */
  readonly reason: string;
}

/** What is taken out of the synthesised templates before they are deployed; whatever else fails, fails. */
export const LEFT_OUT: readonly LeftOut[] = [
  {
    type: 'AWS::SSM::Document',
    says: /AWS::SSM::Document/,
    reason: 'the documents have a stack of their own, and stand at the SSM endpoint of the lab',
  },
  {
    type: 'AWS::CloudWatch::Alarm',
    property: 'Metrics',
    says: /Properties\.Metrics \(metric math\) is not supported/,
    reason: 'an alarm that reads several metrics; it starts nothing, and the templates have tests',
  },
];

/** A piece of the synthesised templates that ministack reads otherwise than AWS. */
export interface Rewritten {
  /** As it stands in the template's text, where it must be found. */
  readonly found: string;
  readonly instead: string;
  readonly reason: string;
}

/** What is put otherwise before the templates are deployed; it must come to the same on AWS. */
export const REWRITTEN: readonly Rewritten[] = [
  {
    found: String.raw`\"runId.$\":\"$.Payload.runId\",\"execution.$\":\"$$.Execution.Id\"`,
    instead: String.raw`\"runId.$\":\"$.Payload.runId\",\"execution.$\":\"$.Payload.execution\"`,
    reason:
      'a ResultSelector may read the context object (Step Functions guide, "ResultSelector"), but ministack finds null',
  },
];
