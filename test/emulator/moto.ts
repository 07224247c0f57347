import { installPython, startPython } from './python.ts';
import type { RunningPython } from './python.ts';

/**
 * moto, an independent implementation of EC2 and of Step Functions in Python, in a server process of its own.
 *
 * {@link installMoto} puts the pinned version into a virtual environment under node_modules/.cache, once.
 * {@link startMoto} starts the server on 127.0.0.1 on a free port; `stop()` ends it, and it ends by itself
 * when this process is gone. It keeps everything in memory.
 */

/** The version whose differences differences.ts lists. */
const MOTO_VERSION = '5.2.5';

/** Installs moto where it is not yet, and tells the path of its Python; throws when that cannot be done. */
export function installMoto(): Promise<string> {
  return installPython({
    name: `moto-${MOTO_VERSION}`,
    requirements: [`moto[server]==${MOTO_VERSION}`],
  });
}

/** Starts the server with the Python of {@link installMoto}, with more variables where some are given. */
export function startMoto(
  python: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<RunningPython> {
  const { PATH = '' } = process.env;
  return startPython({
    python,
    code: 'from moto.server import main\nmain(sys.argv[1:])',
    args: ['-H', '127.0.0.1', '-p', '0'],
    environment: { PATH, ...variables },
    address: /Running on (http:\/\/127\.0\.0\.1:\d+)/,
  });
}
