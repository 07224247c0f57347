/** A login of a secret, for some hosts. */
export interface SealOrder {
  /** Name or ARN. */
  readonly secret: string;
  /** The cluster that the secret must be tagged for. */
  readonly cluster: string;
  /** Instance id → public key, DER of a SubjectPublicKeyInfo in Base64. */
  readonly keys: ReadonlyMap<string, string>;
}

/** Secrets by which clusters let aerofault in. What one holds leaves the gateway sealed and in no other way. */
export interface Secrets {
  /**
   * The user and the credential made of the password, sealed for each host: instance id → Base64.
   *
   * @throws Refusal where the secret is not there, is not the cluster's, may not be read or holds no login.
   */
  sealed(order: SealOrder): Promise<Map<string, string>>;
}
