/** Freezes data all the way down, so that it can be shared: whoever changes it by accident throws. */
export function frozen<Data>(data: Data): Data {
  if (typeof data !== 'object' || data === null || Object.isFrozen(data)) return data;
  Object.freeze(data);
  for (const inner of Object.values(data)) frozen(inner);
  return data;
}
