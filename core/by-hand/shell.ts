/** Text for a POSIX shell, and for a terminal: whatever a name holds, it can neither run nor steer anything. */

/** One word of a command line. */
export const word = (text: string): string =>
  /^[\w./:=,@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** A value as one word of JSON, in ASCII alone. */
export const json = (value: unknown): string => word(asciiOf(JSON.stringify(value)));

const asciiOf = (text: string): string =>
  // eslint-disable-next-line no-control-regex -- everything that is not printable ASCII
  text.replaceAll(/[^\u0020-\u007E]/g, (unit) => {
    return String.raw`\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });

/** The region of a run, by the ARN of its execution; undefined where that names none. */
function regionOf(execution: string): string | undefined {
  const [, , , region = ''] = execution.split(':');
  return /^[a-z]{2}(-[a-z]+)+-\d$/.test(region) ? region : undefined;
}

/** What writes commands of the AWS CLI, version 2, in the region of a run. */
export type AwsCli = (command: string, ...words: readonly string[]) => string;

/** Commands such as `aws ec2 describe-vpcs --region eu-west-1 …`; the words must be fit for a shell. */
export function awsCliIn(execution: string): AwsCli {
  const region = regionOf(execution);
  const where = region === undefined ? [] : ['--region', region];
  return (command, ...words) => ['aws', command, ...where, ...words].join(' ');
}
