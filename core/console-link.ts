/**
 * Where the AWS console shows an object, by the partition of its Region: China and GovCloud have consoles
 * of their own (AWS General Reference, "AWS service endpoints"; partitions.json of the SDKs).
 */
export function objectLink({ region, bucket, key }: ObjectPlace): string {
  const query = `region=${region}&prefix=${encodeURIComponent(key)}`;
  return `https://${hostOf(region)}/s3/object/${bucket}?${query}`;
}

/** An object of S3. */
export interface ObjectPlace {
  readonly region: string;
  readonly bucket: string;
  readonly key: string;
}

/** Where the AWS console shows an execution; undefined where the ARN is none. */
export function executionLink(arn: string): string | undefined {
  const [, , service, region = ''] = arn.split(':');
  if (service !== 'states' || region === '') return undefined;
  return `https://${hostOf(region)}/states/home?region=${region}#/v2/executions/details/${arn}`;
}

function hostOf(region: string): string {
  if (region.startsWith('cn-')) return `${region}.console.amazonaws.cn`;
  if (region.startsWith('us-gov-')) return `${region}.console.amazonaws-us-gov.com`;
  return `${region}.console.aws.amazon.com`;
}
