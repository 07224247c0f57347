/** The sentence in the cause of a failed execution: a Lambda's failure is JSON with the message in it. */
export function sentenceOfCause(cause: string): string {
  const message = /"errorMessage":\s*("(?:[^"\\]|\\.)*")/.exec(cause)?.[1];
  return message === undefined ? cause : String(JSON.parse(message));
}
