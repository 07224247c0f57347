import type { TestProject } from 'vitest/node';
import { installMoto, startMoto } from './moto.ts';

/** Where moto answers, or why it cannot. */
export type MotoPlace = { readonly url: string } | { readonly reason: string };

declare module 'vitest' {
  interface ProvidedContext {
    moto: MotoPlace;
  }
}

/** Starts moto before the suite and ends it after, unless another endpoint is given. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (process.env['AEROFAULT_EC2_ENDPOINT'] !== undefined) {
    project.provide('moto', { reason: 'another endpoint is given' });
    return undefined;
  }
  try {
    const moto = await startMoto(await installMoto());
    project.provide('moto', { url: moto.url });
    return () => moto.stop();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    project.provide('moto', { reason });
    process.stderr.write(
      `\n*** The EC2 contract runs WITHOUT its independent implementation ***\n${reason}\n\n`,
    );
    return undefined;
  }
}
