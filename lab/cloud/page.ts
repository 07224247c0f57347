import { AwsError } from './aws-error.ts';

/** Which page of a list is wanted: at most `size` items from `token` on. */
export interface PageRequest {
  readonly size: number;
  readonly token: string | undefined;
}

/** A page, and the token of the next one where there is one. @throws AwsError for a token nobody gave */
export function pageOf<T>(
  items: readonly T[],
  { size, token }: PageRequest,
): { items: T[]; NextToken?: string } {
  const from = Number(token ?? '0');
  if (!Number.isInteger(from) || from < 0) {
    throw new AwsError('InvalidNextToken', 'The specified token is not valid.');
  }
  const page = items.slice(from, from + size);
  const next = from + size;
  return next < items.length ? { items: page, NextToken: String(next) } : { items: page };
}
