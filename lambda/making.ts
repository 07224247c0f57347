/** A Lambda's environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What Lambda calls: with the event, and what it knows of the call. */
export type Handler = (event: unknown, context: unknown) => Promise<unknown>;

/** Makes one of the handlers, once for each process, of the environment that its Lambda was given. */
export type Making = (environment: Environment) => Handler;
