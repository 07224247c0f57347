/** Counts connections the way `statistics` does: open now, opened ever, closed ever. */
export class ConnectionTally {
  opened = 0;
  closed = 0;

  /** Connections that are open now. */
  get open(): number {
    return this.opened - this.closed;
  }
}
