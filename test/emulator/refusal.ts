import { EC2ServiceException } from '@aws-sdk/client-ec2';

/** The code with which EC2 refuses `call`; undefined when it does not. */
export async function refusalOf(call: Promise<unknown>): Promise<string | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    if (error instanceof EC2ServiceException) return error.name;
    throw error;
  }
}

/** `value`, which an answer must have. */
export function present<Value>(value: Value | undefined): Value {
  if (value !== undefined) return value;
  throw new Error('Cannot read an answer as it must hold what was asked for: found nothing');
}
