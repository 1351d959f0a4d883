// Rows of tables, looked up by number, times the row's scale where it has one; they are added to `target` or replace
// what is there. `width` numbers of a row are `stride` apart in `target`. `step` 0 looks up one row for all.

// @ts-ignore: decorator
@inline
function put(target: usize, value: v128, add: i32): void {
  v128.store(target, add ? f32x4.add(v128.load(target), value) : value);
}

// float32 rows, `width` a multiple of eight.
export function lookUpFloats(
  ids: usize,
  step: i32,
  tokens: i32,
  table: usize,
  width: i32,
  target: usize,
  add: i32,
): void {
  const bytes = <usize>width << 2;
  for (let token = 0; token < tokens; token++, ids += <usize>step << 2, target += bytes) {
    const row = table + <usize>load<u32>(ids) * bytes;
    for (let p: usize = 0; p < bytes; p += 16) put(target + p, v128.load(row + p), add);
  }
}

// int8 rows with one scale each.
export function lookUpBytes(
  ids: usize,
  step: i32,
  tokens: i32,
  table: usize,
  scales: usize,
  width: i32,
  target: usize,
  add: i32,
): void {
  for (let token = 0; token < tokens; token++, ids += <usize>step << 2, target += <usize>width << 2) {
    const id = <usize>load<u32>(ids);
    const row = table + id * width;
    const scale = v128.load_splat<f32>(scales + (id << 2));
    for (let at: usize = 0; at < <usize>width; at += 8) {
      const wide = v128.load_ext<i8>(row + at);
      const to = target + (at << 2);
      put(to, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(wide)), scale), add);
      put(to + 16, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(wide)), scale), add);
    }
  }
}

// Rows of 4 bits, two to a byte, the first in the low half: number × scale + minimum of its group. `group` numbers, a
// multiple of eight, share a group.
export function lookUpNibbles(
  ids: usize,
  step: i32,
  tokens: i32,
  table: usize,
  scales: usize,
  minimums: usize,
  group: i32,
  width: i32,
  target: usize,
  add: i32,
): void {
  const groups = <usize>(width / group);
  const mask = i8x16.splat(15);
  for (let token = 0; token < tokens; token++, ids += <usize>step << 2, target += <usize>width << 2) {
    const id = <usize>load<u32>(ids);
    let from = table + ((id * width) >> 1);
    let to = target;
    for (let each: usize = 0; each < groups; each++) {
      const at = (id * groups + each) << 2;
      const scale = v128.load_splat<f32>(scales + at);
      const minimum = v128.load_splat<f32>(minimums + at);
      for (let done = 0; done < group; done += 8, from += 4, to += 32) {
        const bytes = v128.load32_zero(from);
        const low = v128.and(bytes, mask);
        const high = v128.and(i16x8.shr_u(bytes, 4), mask);
        // Low and high halves in turn: the numbers in their order.
        const wide = i16x8.extend_low_i8x16_u(
          i8x16.shuffle(low, high, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23),
        );
        const first = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(wide));
        const second = f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(wide));
        put(to, f32x4.add(f32x4.mul(first, scale), minimum), add);
        put(to + 16, f32x4.add(f32x4.mul(second, scale), minimum), add);
      }
    }
  }
}
