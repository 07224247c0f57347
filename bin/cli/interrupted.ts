/** A person has stopped a command before it started anything. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
