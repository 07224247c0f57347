import * as z from 'zod';
import { labAccount, labRegion } from '../../assembly/physical-names.ts';
import { AwsError } from '../aws-error.ts';

const GetParameter = z.object({ Name: z.string() });

/** Parameters of the lab's Systems Manager by name: strings, set by whoever holds this, in version 1. */
export class Parameters {
  readonly #values = new Map<string, string>();

  /** Gives a parameter a value, or takes it away. */
  set(name: string, value: string | undefined): void {
    if (value === undefined) this.#values.delete(name);
    else this.#values.set(name, value);
  }

  /** GetParameter. @throws AwsError ParameterNotFound */
  get(body: unknown): object {
    const { Name } = GetParameter.parse(body);
    const Value = this.#values.get(Name);
    if (Value === undefined) throw new AwsError('ParameterNotFound', '');
    const path = Name.startsWith('/') ? Name : `/${Name}`;
    const ARN = `arn:aws:ssm:${labRegion}:${labAccount}:parameter${path}`;
    return { Parameter: { Name, Value, Type: 'String', Version: 1, DataType: 'text', ARN } };
  }
}
