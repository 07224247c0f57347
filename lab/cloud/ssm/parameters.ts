import * as z from 'zod';
import { labAccount, labRegion } from '../../assembly/physical-names.ts';
import { AwsError } from '../aws-error.ts';

const Named = z.object({ Name: z.string().min(1) });
const PutParameter = Named.extend({
  Value: z.string().min(1).max(4096),
  Type: z.enum(['String', 'StringList', 'SecureString']).optional(),
  Overwrite: z.boolean().default(false),
});

interface Parameter {
  readonly value: string;
  readonly type: string;
  readonly version: number;
  /** In epoch milliseconds. */
  readonly changedAt: number;
}

/** Parameters of the lab's Systems Manager by name. It keeps no history, and encrypts nothing. */
export class Parameters {
  readonly #parameters = new Map<string, Parameter>();

  /** Gives a parameter a value, or takes it away. */
  set(name: string, value: string | undefined): void {
    if (value === undefined) this.#parameters.delete(name);
    else this.#keep(name, value, 'String');
  }

  /** GetParameter. @throws AwsError ParameterNotFound */
  get(body: unknown): object {
    const { Name } = Named.parse(body);
    const { value, type, version, changedAt } = this.#known(Name);
    const path = Name.startsWith('/') ? Name : `/${Name}`;
    const ARN = `arn:aws:ssm:${labRegion}:${labAccount}:parameter${path}`;
    const told = { Version: version, LastModifiedDate: changedAt / 1000, DataType: 'text', ARN };
    return { Parameter: { Name, Value: value, Type: type, ...told } };
  }

  /** PutParameter. @throws AwsError ParameterAlreadyExists, or ValidationException for a new one of no type */
  put(body: unknown): object {
    const { Name, Value, Type, Overwrite } = PutParameter.parse(body);
    const before = this.#parameters.get(Name);
    if (before !== undefined && !Overwrite) {
      const message =
        'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.';
      throw new AwsError('ParameterAlreadyExists', message);
    }
    const type = Type ?? before?.type;
    if (type === undefined) {
      throw new AwsError(
        'ValidationException',
        'A parameter type is required when you create one.',
      );
    }
    if (Value.includes('{{')) {
      throw new AwsError('ValidationException', 'Parameter value must not nest another parameter.');
    }
    return { Version: this.#keep(Name, Value, type), Tier: 'Standard' };
  }

  /** DeleteParameter. @throws AwsError ParameterNotFound */
  delete(body: unknown): object {
    const { Name } = Named.parse(body);
    this.#known(Name);
    this.#parameters.delete(Name);
    return {};
  }

  #known(name: string): Parameter {
    const found = this.#parameters.get(name);
    if (found === undefined) throw new AwsError('ParameterNotFound', '');
    return found;
  }

  #keep(name: string, value: string, type: string): number {
    const version = (this.#parameters.get(name)?.version ?? 0) + 1;
    this.#parameters.set(name, { value, type, version, changedAt: Date.now() });
    return version;
  }
}
