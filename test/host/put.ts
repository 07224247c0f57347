import type { Host } from './namespaces.ts';

/** Writes a file on the host. */
export function put(host: Host, path: string, text: string): Promise<void> {
  const child = host.start(['sh', '-c', 'cat >"$0"', path]);
  child.stdin?.end(text);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`Cannot write ${path} as cat must succeed: found ${code}`));
    });
  });
}
