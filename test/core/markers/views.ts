import type { NodeView } from '../../../core/observation.ts';
import { aView } from '../answers.ts';

/** What a node says that is well in a cluster of this key and size. */
export const nodeView = (node: string, key: string, size: number): NodeView =>
  aView(node, { size, key, principal: node, integrity: size > 0, member: size > 0 });
