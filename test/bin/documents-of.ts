import * as z from 'zod';
import { HostDocumentsStack } from '../../lib/host-documents-stack.ts';
import { anApp, resourcesOf } from '../lib/synthesised.ts';

const Document = z.object({ Name: z.string(), Content: z.unknown() });

/** The host documents of a deployment whose names begin with this. */
export const documentsOf = (documentPrefix: string) =>
  Object.entries(resourcesOf(new HostDocumentsStack(anApp(), 'Documents', { documentPrefix }))).map(
    ([logicalId, { Properties }]) => {
      const { Name: name, Content: content } = Document.parse(Properties);
      return { logicalId, name, content };
    },
  );
