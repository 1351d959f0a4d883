/**
 * `fetch` that takes what the browser's HTTP cache has, however old, where the network cannot be reached: files of an
 * index are held against the sums of its manifest anyway.
 */
export const cachedFetch: typeof fetch = async (input, init) => {
  try {
    return await fetch(input, init);
  } catch (error) {
    if (init?.signal?.aborted || navigator.onLine) throw error;
    return fetch(input, { ...init, cache: 'force-cache' });
  }
};
