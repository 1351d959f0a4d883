/**
 * Whether one inserted, left out, replaced or swapped letter makes one word of the other, or none does. In code points.
 */
export function isWithinOneEdit(left: string, right: string): boolean {
  if (left === right) return true;
  const [short, long] = left.length <= right.length ? [[...left], [...right]] : [[...right], [...left]];
  if (long!.length - short!.length > 1) return false;
  let at = 0;
  while (at < short!.length && short![at] === long![at]) at++;
  const rest = (letters: readonly string[], from: number): string => letters.slice(from).join('');
  if (short!.length < long!.length) return rest(short!, at) === rest(long!, at + 1);
  if (rest(short!, at + 1) === rest(long!, at + 1)) return true;
  return (
    short![at] === long![at + 1] &&
    short![at + 1] === long![at] &&
    rest(short!, at + 2) === rest(long!, at + 2)
  );
}
