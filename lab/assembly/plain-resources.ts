import * as z from 'zod';
import type {
  AssemblyBucket,
  AssemblyDocument,
  AssemblyRole,
  AssemblyRule,
  AssemblySchedule,
  AssemblyScheduleGroup,
  Resource,
  RuleTarget,
} from './assembly.ts';

const DocumentProperties = z.object({
  Content: z.unknown(),
  DocumentFormat: z.literal('JSON').default('JSON'),
});

/** Read a document; only JSON ones, which is CloudFormation's default. */
export function readDocument({ properties, logicalId, name }: Resource): AssemblyDocument {
  const { Content } = DocumentProperties.parse(properties);
  const content: unknown = typeof Content === 'string' ? JSON.parse(Content) : Content;
  return { logicalId, name, content };
}

const Target = z
  .object({
    Arn: z.string(),
    Input: z.string().optional(),
    InputPath: z.string().optional(),
    InputTransformer: z
      .object({
        InputPathsMap: z.record(z.string(), z.string()).default({}),
        InputTemplate: z.string(),
      })
      .optional(),
  })
  .transform(({ Arn, Input, InputPath, InputTransformer }): RuleTarget => {
    const given = {
      ...(Input === undefined ? {} : { input: Input }),
      ...(InputPath === undefined ? {} : { inputPath: InputPath }),
    };
    if (InputTransformer === undefined) return { arn: Arn, ...given };
    const { InputPathsMap: paths, InputTemplate: template } = InputTransformer;
    return { arn: Arn, ...given, inputTransformer: { paths, template } };
  });

const RuleProperties = z.object({
  EventPattern: z.record(z.string(), z.unknown()).optional(),
  ScheduleExpression: z.string().optional(),
  State: z.string().default('ENABLED'),
  Targets: z.array(Target).default([]),
});

/** Read a rule with its targets. */
export function readRule({ properties, ...resource }: Resource): AssemblyRule {
  const { EventPattern, ScheduleExpression, State, Targets } = RuleProperties.parse(properties);
  return {
    ...resource,
    enabled: State !== 'DISABLED',
    ...(EventPattern === undefined ? {} : { eventPattern: EventPattern }),
    ...(ScheduleExpression === undefined ? {} : { scheduleExpression: ScheduleExpression }),
    targets: Targets,
  };
}

const ScheduleProperties = z.object({
  GroupName: z.string().default('default'),
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: z.string().default('UTC'),
  State: z.string().default('ENABLED'),
  Target: z.object({ Arn: z.string(), Input: z.string().optional() }),
});

/** Read a schedule. */
export function readSchedule({ properties, logicalId, name }: Resource): AssemblySchedule {
  const {
    GroupName,
    ScheduleExpression,
    ScheduleExpressionTimezone,
    State,
    Target: target,
  } = ScheduleProperties.parse(properties);
  return {
    logicalId,
    name,
    groupName: GroupName,
    enabled: State !== 'DISABLED',
    scheduleExpression: ScheduleExpression,
    timeZone: ScheduleExpressionTimezone,
    target: { arn: target.Arn, ...(target.Input === undefined ? {} : { input: target.Input }) },
  };
}

/** Read a group of schedules. */
export function readGroup({ logicalId, name }: Resource): AssemblyScheduleGroup {
  return { logicalId, name };
}

const RoleProperties = z.object({
  AssumeRolePolicyDocument: z.object({
    Statement: z.array(
      z.looseObject({
        Condition: z
          .looseObject({
            StringEquals: z.looseObject({ 'sts:ExternalId': z.string().optional() }).default({}),
          })
          .default({ StringEquals: {} }),
      }),
    ),
  }),
});

/** Read a role, as far as its trust demands an external id. */
export function readRole({ properties, name }: Resource): AssemblyRole {
  const { Statement } = RoleProperties.parse(properties).AssumeRolePolicyDocument;
  const ids = Statement.map(({ Condition }) => Condition.StringEquals['sts:ExternalId']);
  return { name, externalId: ids.find((id) => id !== undefined) };
}

/** Read a bucket; the lab's keeps no versions and deletes nothing. */
export function readBucket({ logicalId, name }: Resource): AssemblyBucket {
  return { logicalId, name };
}
