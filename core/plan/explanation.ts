import * as z from 'zod';
import { Cut } from '../cut.ts';

const ExplainedRule = z.strictObject({
  groupId: z.string(),
  ruleId: z.string(),
  direction: z.enum(['ingress', 'egress']),
  allows: z.string().meta({ description: 'In words, as it was' }),
  peer: z.string().meta({ description: 'In words' }),
  covers: z.boolean().meta({ description: 'Whether it admits any connection of the cuts' }),
  becomes: z.enum(['kept', 'narrowed', 'parked', 'revoked', 'replaced']),
  says: z.string().meta({ description: 'What becomes of it, in words' }),
});
export type ExplainedRule = z.infer<typeof ExplainedRule>;

const ExplainedCut = z.strictObject({
  cut: Cut,
  tracking: z.enum(['tracked', 'untracked', 'automatic']),
  falls: z.boolean().meta({ description: 'Whether connections that already stand fall' }),
  says: z.string(),
});

const ExplainedInterface = z.strictObject({
  interfaceId: z.string(),
  owner: z.string().meta({ description: 'The name of its instance' }),
  attached: z.array(z.string()),
  detached: z.array(z.string()),
});

/** A plan in words and in order of what people ask: what is cut, by which rules, and what else changes. */
export const Explanation = z.strictObject({
  runId: z.string(),
  cuts: z.array(ExplainedCut),
  rules: z.array(ExplainedRule).meta({ description: 'Of the groups that admit the cut' }),
  added: z
    .array(
      z.strictObject({
        groupId: z.string(),
        direction: z.enum(['ingress', 'egress']),
        allows: z.string(),
        peer: z.string(),
      }),
    )
    .meta({ description: 'Temporary rules' }),
  groups: z.array(z.string()).meta({ description: 'Temporary groups, by name' }),
  interfaces: z.array(ExplainedInterface),
  acls: z.array(
    z.strictObject({
      subnetId: z.string(),
      originalId: z.string(),
      entries: z.array(z.string()).meta({ description: 'Those the original does not have' }),
      pulse: z.boolean().meta({ description: 'Given back as soon as the links are gone' }),
    }),
  ),
  hosts: z.array(z.string()).meta({ description: 'What is done on hosts' }),
  edited: z.string().optional().meta({ description: 'Which hosts are changed, and why no others' }),
  parts: z
    .array(z.string())
    .meta({ description: 'What is on when, where not all is all the time' }),
  seed: z.int().optional().meta({ description: 'What choices at random were made from' }),
  calls: z.strictObject({ inject: z.int(), restore: z.int() }),
  targets: z.array(z.string()).meta({ description: 'By name' }),
  names: z.record(z.string(), z.string()).meta({ description: 'Instance id → name' }),
  warnings: z.array(z.string()),
});
export type Explanation = z.infer<typeof Explanation>;
