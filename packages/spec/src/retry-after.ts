/**
 * Seconds of a `Retry-After` header, which holds seconds or a date; undefined if it holds neither. Never too few: a
 * date is rounded up to whole seconds, one in the past is 0.
 *
 * @param now milliseconds since 1970. @default Date.now()
 */
export function retryAfterSeconds(header: string | null, now = Date.now()): number | undefined {
  if (header === null || header.trim() === '') return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000));
}
