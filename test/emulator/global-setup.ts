import type { TestProject } from 'vitest/node';
import { installMinistack } from './deploy/ministack.ts';
import { installMoto, startMoto } from './moto.ts';

/** Where moto answers, or why it cannot. */
export type MotoPlace = { readonly url: string } | { readonly reason: string };

/** The Pythons that have ministack and moto, or why there is nothing to deploy to; trouble fails in CI. */
export type MinistackPlace =
  | { readonly ministack: string; readonly moto: string }
  | { readonly reason: string; readonly isTrouble: boolean };

declare module 'vitest' {
  interface ProvidedContext {
    moto: MotoPlace;
    ministack: MinistackPlace;
  }
}

/** Installs what is not there yet, starts moto before the suite and ends it after, unless another endpoint is given. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (process.env['AEROFAULT_EC2_ENDPOINT'] !== undefined) {
    const reason = 'another endpoint is given';
    project.provide('moto', { reason });
    project.provide('ministack', { reason, isTrouble: false });
    return undefined;
  }
  const [moto, ministack] = await Promise.allSettled([installMoto(), installMinistack()]);
  provideMinistack(project, moto, ministack);
  try {
    if (moto.status === 'rejected') throw moto.reason;
    const server = await startMoto(moto.value);
    project.provide('moto', { url: server.url });
    return () => server.stop();
  } catch (error) {
    const reason = reasonOf(error);
    project.provide('moto', { reason });
    warn('The EC2 contract runs WITHOUT its independent implementation', reason);
    return undefined;
  }
}

type Installed = PromiseSettledResult<string>;

function provideMinistack(project: TestProject, moto: Installed, ministack: Installed): void {
  if (moto.status === 'fulfilled' && ministack.status === 'fulfilled') {
    project.provide('ministack', { ministack: ministack.value, moto: moto.value });
    return;
  }
  const failed = moto.status === 'rejected' ? moto : ministack;
  const reason = reasonOf(failed.status === 'rejected' ? failed.reason : undefined);
  project.provide('ministack', { reason, isTrouble: true });
  warn('The app is NOT deployed to an emulator', reason);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function warn(what: string, reason: string): void {
  process.stderr.write(`\n*** ${what} ***\n${reason}\n\n`);
}
