import type { ClusterMessage } from './messages.ts';

/** What a decision about membership asks the node to do. */
export type Effect =
  | { readonly kind: 'arrived'; readonly id: string }
  | { readonly kind: 'departed'; readonly id: string }
  | { readonly kind: 'send'; readonly to: string; readonly message: ClusterMessage };
