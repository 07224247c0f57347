import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { objectLink } from '../../core/console-link.ts';
import type { Delivery } from '../delivery.ts';
import { brief } from './connection.ts';
import type { Connection } from './connection.ts';

/** The bucket of reports, named when it is needed. */
export interface ReportsBucket {
  readonly bucket: () => string;
  readonly region: string;
  /** Whether the bucket is in the path rather than in the host's name, as every emulator has it. */
  readonly isInPath: boolean;
}

/** Keeps files of reports in S3; encrypted as the bucket has it. */
export function reportsBucket(
  connection: Connection,
  { bucket, region, isInPath }: ReportsBucket,
): Pick<Delivery, 'keep'> {
  const client = new S3Client({ ...brief(connection), forcePathStyle: isInPath });
  return {
    async keep(folder, files) {
      const Bucket = bucket();
      await Promise.all(
        files.map(({ name, type, text }) => {
          const what = {
            Key: `${folder}/${name}`,
            Body: text,
            ContentType: `${type}; charset=utf-8`,
          };
          return client.send(new PutObjectCommand({ Bucket, ...what }));
        }),
      );
      const key = `${folder}/${files[0]?.name ?? ''}`;
      return {
        url: `s3://${Bucket}/${key}`,
        consoleUrl: objectLink({ region, bucket: Bucket, key }),
      };
    },
  };
}
