/** The account that clusters are in, where it is not ours: a role there is assumed for all that is done to them. */
export interface TargetAccount {
  /** Its id. */
  readonly account: string;
  /** Assumes the role, unless that is done. @throws RoleDenied where it does not let us. */
  enter(): Promise<void>;
}

/** What people need to know who restore by hand. */
export interface ByHand {
  /** The name of the document that restores a host; the usual one when absent. */
  readonly restoreDocument?: string | undefined;
}
