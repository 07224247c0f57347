import * as z from 'zod';

/** An error of an AWS API: the SDK puts `code` into `name`. */
export class AwsError extends Error {
  readonly code: string;
  /** The HTTP status. */
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
  }

  /** Whatever was thrown, as an API would tell it: a request of the wrong shape is the caller's fault. */
  static from(error: unknown): AwsError {
    if (error instanceof AwsError) return error;
    if (error instanceof z.ZodError) {
      return new AwsError('ValidationException', z.prettifyError(error));
    }
    return new AwsError('InternalServerError', `The lab failed: ${String(error)}`, 500);
  }
}
