/** Half a letter that UTF-16 writes as two units. */
const HALF = /[\ud800-\udfff]/;

/**
 * Whether one inserted, left out, replaced or swapped letter makes one word of the other, or none does. In code points.
 */
export function isWithinOneEdit(left: string, right: string): boolean {
  if (left === right) return true;
  if (HALF.test(left) || HALF.test(right)) return isOneEdit([...left], [...right]);
  return isOneEdit(left, right);
}

function isOneEdit(left: ArrayLike<string>, right: ArrayLike<string>): boolean {
  const [short, long] = left.length <= right.length ? [left, right] : [right, left];
  const more = long.length - short.length;
  if (more > 1) return false;
  let first = 0;
  while (first < short.length && short[first] === long[first]) first++;
  let last = 0;
  while (last < short.length - first && short[short.length - 1 - last] === long[long.length - 1 - last])
    last++;
  // Letters between what both begin with and what both end with.
  const unlike = long.length - first - last;
  return (
    unlike === 1 ||
    (more === 0 && unlike === 2 && short[first] === long[first + 1] && short[first + 1] === long[first])
  );
}
