import * as z from 'zod';
import { AwsError } from '../aws-error.ts';

/**
 * Command documents of schema 2.2 with `aws:runShellScript` steps, the only kind the lab runs.
 *
 * Used by the endpoint when a command is sent and by the agent before it runs one, as AWS checks twice.
 */

const Parameter = z.object({
  type: z.enum(['String', 'StringList']),
  default: z.union([z.string(), z.array(z.string())]).optional(),
  allowedValues: z.array(z.string()).optional(),
  allowedPattern: z.string().optional(),
  minChars: z.coerce.number().optional(),
  maxChars: z.coerce.number().optional(),
  interpolationType: z.enum(['ENV_VAR']).optional(),
});
type Parameter = z.infer<typeof Parameter>;

const Step = z.object({
  action: z.literal('aws:runShellScript'),
  name: z.string(),
  precondition: z.object({ StringEquals: z.tuple([z.string(), z.string()]) }).optional(),
  inputs: z.object({
    runCommand: z.array(z.string()),
    timeoutSeconds: z.union([z.string(), z.number()]).optional(),
    workingDirectory: z.string().optional(),
  }),
});

/** A command document. */
export const CommandDocument = z.object({
  schemaVersion: z.literal('2.2'),
  description: z.string().optional(),
  parameters: z.record(z.string(), Parameter).default({}),
  mainSteps: z.array(Step).min(1),
});
export type CommandDocument = z.infer<typeof CommandDocument>;

/** Parameters as SendCommand takes them: a list for each name. */
export const Parameters = z.record(z.string(), z.array(z.string()));
export type Parameters = z.infer<typeof Parameters>;

/** One script, ready to run. */
export interface Script {
  readonly name: string;
  readonly text: string;
  readonly workingDirectory: string | undefined;
  readonly timeoutSeconds: number;
}

/** What a command comes to: its scripts, run in order, and what they find in their environment. */
export interface Job {
  readonly scripts: readonly Script[];
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Check parameters against a document and fill in its defaults.
 *
 * @throws AwsError InvalidParameters
 */
export function checkParameters(document: CommandDocument, given: Parameters): Parameters {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(document.parameters, name));
  if (unknown !== undefined) throw invalid(`Parameter "${unknown}" is not in the document`);
  return Object.fromEntries(
    Object.entries(document.parameters).map(([name, parameter]) => {
      const values = given[name] ?? defaultOf(parameter);
      if (values === undefined) throw invalid(`Parameter "${name}" has no value`);
      checkValues(name, parameter, values);
      return [name, values];
    }),
  );
}

function defaultOf({ default: usual }: Parameter): string[] | undefined {
  return typeof usual === 'string' ? [usual] : usual;
}

function checkValues(name: string, parameter: Parameter, values: readonly string[]): void {
  const { type, allowedValues, allowedPattern, minChars = 0, maxChars = Infinity } = parameter;
  if (type === 'String' && values.length !== 1)
    throw invalid(`Parameter "${name}" takes one value`);
  for (const value of values) {
    // Unanchored, as the agent matches: a pattern without ^ and $ lets anything around it through.
    if (allowedPattern !== undefined && !new RegExp(allowedPattern).test(value)) {
      throw invalid(`Parameter "${name}" does not match ${allowedPattern}`);
    }
    if (allowedValues?.includes(value) === false) {
      throw invalid(`Parameter "${name}" is none of ${allowedValues.join(', ')}`);
    }
    if (value.length < minChars || value.length > maxChars) {
      throw invalid(`Parameter "${name}" must have ${minChars} to ${maxChars} characters`);
    }
  }
}

/** What the agent runs for a document with checked parameters; steps for other platforms are left out. */
export function jobOf(document: CommandDocument, checked: Parameters): Job {
  const environment: Record<string, string> = {};
  const textual = new Map<string, string>();
  for (const [name, parameter] of Object.entries(document.parameters)) {
    const [value = ''] = checked[name] ?? [];
    if (parameter.interpolationType === 'ENV_VAR') environment[`SSM_${name}`] = value;
    else textual.set(name, parameter.type === 'String' ? value : JSON.stringify(checked[name]));
  }
  const substitute = (source: string): string =>
    source.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (match, name: string) => textual.get(name) ?? match);
  const scripts = document.mainSteps.filter(isForLinux).map(({ name, inputs }) => ({
    name,
    text: inputs.runCommand.map(substitute).join('\n'),
    workingDirectory: inputs.workingDirectory,
    timeoutSeconds: executionTimeout(inputs.timeoutSeconds, substitute),
  }));
  return { scripts, environment };
}

function isForLinux({ precondition }: z.infer<typeof Step>): boolean {
  const [variable, wanted] = precondition?.StringEquals ?? ['platformType', 'Linux'];
  return variable === 'platformType' && wanted === 'Linux';
}

const usualTimeoutSeconds = 3600;

/** Seconds; outside 5 to 172800, or no number, the agent takes an hour. Source: pluginutil.go of the agent. */
function executionTimeout(
  given: string | number | undefined,
  substitute: (source: string) => string,
): number {
  const seconds = given === undefined ? NaN : Number(substitute(String(given)));
  return seconds >= 5 && seconds <= 172_800 ? seconds : usualTimeoutSeconds;
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameters', message);
}
