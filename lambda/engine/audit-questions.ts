import type * as z from 'zod';
import { AuditReply } from '../../core/audit/answers.ts';
import type { AuditQuestion } from '../../core/audit/questions.ts';
import type { Gateways } from '../gateways.ts';
import { awaitAll } from './await-all.ts';

/** Who asks, and how long an answer is awaited, in seconds. */
export interface AuditAsking {
  readonly auditId: string;
  readonly gateways: Pick<Gateways, 'hosts' | 'clock'>;
  readonly waitSeconds: number;
  /** One instant for all hosts of an audit, so that they are asked in the same words. */
  readonly until: number;
}

/** An answer, whose it is, and what it was asked. */
export interface Told<Answer> {
  readonly host: string;
  readonly question: AuditQuestion;
  readonly answer: Answer;
}

/** Asks hosts questions, a script run each, side by side; one that does not answer gives nothing. */
export async function askEach<Schema extends z.ZodType>(
  hosts: readonly string[],
  questions: readonly AuditQuestion[],
  { schema, ...asking }: AuditAsking & { readonly schema: Schema },
): Promise<Told<z.infer<Schema>>[]> {
  const asked = questions.flatMap((question) => hosts.map((host) => ({ host, question })));
  const told = await awaitAll(
    asked.map(async ({ host, question }) => {
      const result = await askOne(host, question, asking);
      const { data, success } = schema.safeParse(result);
      return success ? [{ host, question, answer: data }] : [];
    }),
  );
  return told.flat();
}

async function askOne(
  host: string,
  { item }: AuditQuestion,
  { auditId, gateways, waitSeconds, until }: AuditAsking,
): Promise<unknown> {
  const reply = await gateways.hosts.run(host, 'probe', {
    parameters: { RunId: auditId, Until: String(until), Probes: item },
    waitSeconds,
  });
  const parsed = reply.kind === 'answered' ? AuditReply.safeParse(reply.json) : undefined;
  return parsed?.data?.results[0];
}
