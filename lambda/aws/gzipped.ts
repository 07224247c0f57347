import { gunzipSync, gzipSync } from 'node:zlib';

const inflatedBytesMax = 64 * 1024 * 1024;

/** What is kept, compressed: an item may be 400 KB, and what machines say of each other repeats itself. */
export const gzipped = (content: object): Uint8Array => gzipSync(JSON.stringify(content));

/** What was compressed, for its reader to parse. @throws where it is none of ours. */
export const gunzipped = (gzip: Uint8Array): unknown =>
  JSON.parse(gunzipSync(gzip, { maxOutputLength: inflatedBytesMax }).toString('utf8'));
