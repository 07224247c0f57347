/**
 * The lab's S3: objects in memory, by bucket and key, in the path style.
 *
 * {@link startS3} starts it; `close()` ends it and its objects. It knows PutObject and GetObject of buckets
 * that the assembly has, and answers errors in S3's XML. It keeps no versions, checks no signature, and what
 * it is told of checksums it only writes down.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiCall, Misbehaviour } from './endpoint.ts';
import { MisbehaviourPlan, startListener } from './listener.ts';
import type { ListenOptions } from './listener.ts';

/** An object as it was put last. */
export interface StoredObject {
  readonly text: string;
  readonly type: string;
}

/** The running endpoint. */
export interface S3 {
  readonly url: string;
  /** Every request so far, oldest first. */
  readonly calls: readonly ApiCall[];
  /** What is stored, by `s3://bucket/key`. */
  readonly objects: ReadonlyMap<string, StoredObject>;
  /** Make the next `times` (default 1) calls of `PutObject` or `GetObject` misbehave. */
  misbehave(action: string, how: Misbehaviour, times?: number): void;
  /** Drops objects, the record of calls, and what is still to go wrong. */
  forget(): void;
  close(): Promise<void>;
}

/** Where it listens, and the buckets there are. */
export interface S3Options extends ListenOptions {
  readonly buckets: readonly string[];
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly etag?: string;
}

/** Starts it; rejects when it cannot listen. */
export async function startS3({ buckets, ...listen }: S3Options): Promise<S3> {
  const objects = new Map<string, StoredObject>();
  const calls: ApiCall[] = [];
  const planned = new MisbehaviourPlan<Misbehaviour>();
  const listener = await startListener(listen, (request, response) => {
    serve(request, response).catch(() => request.socket.destroy());
  });
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = await read(request);
    const { action, bucket, key } = asked;
    calls.push({ action, at: Date.now(), params: { Bucket: bucket, Key: key } });
    const how = planned.next(action);
    if (how?.kind === 'lose-request') return void request.socket.destroy();
    if (how?.kind === 'fail') return say(response, errorOf(how.code, how.message, how.status));
    if (how?.kind === 'delay') await sleep(how.milliseconds);
    const answer = answerTo(asked, { objects, buckets });
    if (how?.kind === 'lose-answer') return void request.socket.destroy();
    say(response, answer);
  }
  return {
    ...listener,
    calls,
    objects,
    misbehave: (action, how, times) => planned.plan(action, how, times),
    forget() {
      objects.clear();
      calls.splice(0);
      planned.clear();
    },
  };
}

interface Asked {
  readonly action: string;
  readonly bucket: string;
  readonly key: string;
  readonly object: StoredObject;
}

const actions: Readonly<Record<string, string>> = { PUT: 'PutObject', GET: 'GetObject' };

async function read(request: IncomingMessage): Promise<Asked> {
  const text = (await buffer(request)).toString('utf8');
  const { method = 'GET', url = '/', headers } = request;
  const { pathname } = new URL(url, 'http://lab');
  const [bucket = '', ...rest] = pathname.slice(1).split('/').map(decodeURIComponent);
  const type = headers['content-type'] ?? 'binary/octet-stream';
  return { action: actions[method] ?? method, bucket, key: rest.join('/'), object: { text, type } };
}

interface Kept {
  readonly objects: Map<string, StoredObject>;
  readonly buckets: readonly string[];
}

function answerTo({ action, bucket, key, object }: Asked, { objects, buckets }: Kept): Answer {
  if (!buckets.includes(bucket)) return errorOf('NoSuchBucket', `No bucket ${bucket}`, 404);
  const url = `s3://${bucket}/${key}`;
  switch (action) {
    case 'PutObject':
      objects.set(url, object);
      return { status: 200, type: 'application/xml', body: '', etag: etagOf(object) };
    case 'GetObject': {
      const found = objects.get(url);
      if (found === undefined) return errorOf('NoSuchKey', `No key ${key}`, 404);
      return { status: 200, type: found.type, body: found.text, etag: etagOf(found) };
    }
    default:
      return errorOf('NotImplemented', `The lab does not know ${action}`, 501);
  }
}

/** As S3 has it for objects of one part (S3 API reference, "Object"). */
const etagOf = ({ text }: StoredObject): string =>
  `"${createHash('md5').update(text).digest('hex')}"`;

/** An error as S3 says it (S3 API reference, "Error responses"). */
function errorOf(code: string, message: string, status = 400): Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message><RequestId>lab</RequestId></Error>`;
  return { status, type: 'application/xml', body };
}

function say(response: ServerResponse, { status, type, body, etag }: Answer): void {
  response.writeHead(status, {
    'content-type': type,
    'x-amz-request-id': 'lab',
    ...(etag === undefined ? {} : { etag }),
  });
  response.end(body);
}
