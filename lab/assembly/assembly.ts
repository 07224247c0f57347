import { readTemplates } from './template.ts';
import type { StackTemplate } from './template.ts';
import { physicalName, resolve } from './intrinsics.ts';
import { attributeOf } from './physical-names.ts';
import {
  readBucket,
  readDocument,
  readGroup,
  readRole,
  readRule,
  readSchedule,
} from './plain-resources.ts';
import { readFunction, readStateMachine, readTable } from './running-resources.ts';

/** A Lambda function and its bundle on disk. */
export interface AssemblyFunction {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  /** Folder of the bundle. */
  readonly directory: string;
  /** `file.export`, as Lambda writes it. */
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  /** SHA-256 of the bundle's entry file, in hexadecimal. */
  readonly sha256: string;
}

/** A state machine with its definition in Amazon States Language. */
export interface AssemblyStateMachine {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly definition: Readonly<Record<string, unknown>>;
}

/** A Systems Manager document; `content` is unchecked. */
export interface AssemblyDocument {
  readonly logicalId: string;
  readonly name: string;
  readonly content: unknown;
}

/** A key attribute and its role, as DynamoDB writes them. */
export interface KeyElement {
  readonly AttributeName: string;
  readonly KeyType: 'HASH' | 'RANGE';
}

/** What DynamoDB's CreateTable is given. */
export interface TableDefinition {
  readonly TableName: string;
  readonly AttributeDefinitions: readonly {
    readonly AttributeName: string;
    readonly AttributeType: 'S' | 'N' | 'B';
  }[];
  readonly KeySchema: readonly KeyElement[];
  readonly BillingMode: 'PAY_PER_REQUEST';
  readonly GlobalSecondaryIndexes?: readonly TableIndex[];
}

/** A global secondary index. */
export interface TableIndex {
  readonly IndexName: string;
  readonly KeySchema: readonly KeyElement[];
  readonly Projection: {
    readonly ProjectionType: 'ALL' | 'KEYS_ONLY' | 'INCLUDE';
    readonly NonKeyAttributes?: readonly string[];
  };
}

/** A DynamoDB table. */
export interface AssemblyTable {
  readonly logicalId: string;
  readonly name: string;
  readonly definition: TableDefinition;
}

/** What a rule starts, and the shape of the input it gives; at most one of the three is set. */
export interface RuleTarget {
  readonly arn: string;
  /** JSON text that replaces the event. */
  readonly input?: string;
  readonly inputPath?: string;
  readonly inputTransformer?: {
    readonly paths: Readonly<Record<string, string>>;
    readonly template: string;
  };
}

/** An EventBridge rule. */
export interface AssemblyRule {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly enabled: boolean;
  readonly eventPattern?: Readonly<Record<string, unknown>>;
  readonly scheduleExpression?: string;
  readonly targets: readonly RuleTarget[];
}

/** A schedule of EventBridge Scheduler. */
export interface AssemblySchedule {
  readonly logicalId: string;
  readonly name: string;
  readonly groupName: string;
  readonly enabled: boolean;
  readonly scheduleExpression: string;
  readonly timeZone: string;
  readonly target: { readonly arn: string; readonly input?: string };
}

/** A group of schedules. */
export interface AssemblyScheduleGroup {
  readonly logicalId: string;
  readonly name: string;
}

/** A bucket. */
export interface AssemblyBucket {
  readonly logicalId: string;
  readonly name: string;
}

/** A role; `externalId` where its trust demands one, as a role for another account does. */
export interface AssemblyRole {
  readonly name: string;
  readonly externalId: string | undefined;
}

/** What the lab runs of a synthesised app. */
export interface Assembly {
  readonly functions: readonly AssemblyFunction[];
  readonly stateMachines: readonly AssemblyStateMachine[];
  readonly documents: readonly AssemblyDocument[];
  readonly tables: readonly AssemblyTable[];
  readonly buckets: readonly AssemblyBucket[];
  readonly rules: readonly AssemblyRule[];
  readonly schedules: readonly AssemblySchedule[];
  readonly scheduleGroups: readonly AssemblyScheduleGroup[];
  readonly roles: readonly AssemblyRole[];
}

/** One resource of a template with its intrinsics resolved. */
export interface Resource {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly properties: unknown;
}

/**
 * Read what a `cdk synth` left in `directory` (usually cdk.out).
 *
 * Names and ARNs that CloudFormation would choose are invented, the same on every read. Types of resource
 * that the lab does not run are passed over; what it runs but cannot read is an error that names it.
 */
export function readAssembly(directory: string): Assembly {
  const { stacks, assets } = readTemplates(directory);
  const all = <T>(types: readonly string[], read: (resource: Resource) => T | undefined): T[] =>
    stacks.flatMap((stack) => readEach({ stack, stacks, types, read }));
  return {
    functions: all(['AWS::Lambda::Function'], (resource) => readFunction(resource, assets)),
    stateMachines: all(['AWS::StepFunctions::StateMachine'], readStateMachine),
    documents: all(['AWS::SSM::Document'], readDocument),
    tables: all(['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'], readTable),
    buckets: all(['AWS::S3::Bucket'], readBucket),
    rules: all(['AWS::Events::Rule'], readRule),
    schedules: all(['AWS::Scheduler::Schedule'], readSchedule),
    scheduleGroups: all(['AWS::Scheduler::ScheduleGroup'], readGroup),
    roles: all(['AWS::IAM::Role'], readRole),
  };
}

interface Reading<T> {
  readonly stack: StackTemplate;
  readonly stacks: readonly StackTemplate[];
  readonly types: readonly string[];
  readonly read: (resource: Resource) => T | undefined;
}

function readEach<T>({ stack, stacks, types, read }: Reading<T>): T[] {
  const found: T[] = [];
  for (const [logicalId, { Type, Properties }] of Object.entries(stack.Resources)) {
    if (!types.includes(Type)) continue;
    try {
      const scope = { stack, stacks };
      const name = physicalName(logicalId, scope);
      const arn = attributeOf(Type, name, 'Arn') ?? name;
      const made = read({ logicalId, name, arn, properties: resolve(Properties, scope) });
      if (made !== undefined) found.push(made);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(
        `Cannot read ${Type} "${logicalId}" of stack "${stack.stackName}": ${reason}`,
        {
          cause: error,
        },
      );
    }
  }
  return found;
}
