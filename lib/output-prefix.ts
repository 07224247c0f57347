/**
 * What the names of a deployment's outputs begin with: the path of its construct within the stack, in letters
 * and digits; nothing for "Default", which has no part in logical ids. Whoever reads outputs finds them by it.
 */
export const outputPrefixOf = (ids: readonly string[]): string =>
  ids
    .filter((id) => id !== 'Default')
    .join('')
    .replaceAll(/[^A-Za-z0-9]/g, '');
