import { describe, expect, it } from 'vitest';
import { ICON_CLIP_OVERRIDES, IMAGE_RECIPES, parseImageRecipe } from './recipe.ts';
import { imageTokens } from './tokens.ts';

/** The published preprocessor_config.json of jina-clip-v1 and -v2, without their code references. */
const jinaClip = (size: number): unknown => ({
  fill_color: 0,
  image_processor_type: 'JinaCLIPImageProcessor',
  interpolation: 'bicubic',
  mean: [0.48145466, 0.4578275, 0.40821073],
  processor_class: 'JinaCLIPProcessor',
  resize_mode: 'shortest',
  size,
  std: [0.26862954, 0.26130258, 0.27577711],
});

const clip = {
  image_processor_type: 'CLIPImageProcessor',
  do_convert_rgb: true,
  do_resize: true,
  size: { shortest_edge: 128 },
  resample: 3,
  do_center_crop: true,
  crop_size: { height: 128, width: 128 },
  do_rescale: true,
  rescale_factor: 1 / 255,
  do_normalize: true,
  image_mean: [0.48145466, 0.4578275, 0.40821073],
  image_std: [0.26862954, 0.26130258, 0.27577711],
};

describe('parseImageRecipe', () => {
  it('reads the published configurations as the built-in recipes', () => {
    expect(parseImageRecipe(jinaClip(224))).toEqual(IMAGE_RECIPES['jina-clip-v1']);
    expect(parseImageRecipe(jinaClip(512))).toEqual(IMAGE_RECIPES['jina-clip-v2']);
    expect(parseImageRecipe(clip, ICON_CLIP_OVERRIDES)).toEqual(IMAGE_RECIPES['icon-clip']);
  });

  it('reads the other spellings of sizes', () => {
    expect(parseImageRecipe({ ...clip, size: 256, crop_size: 224 })).toMatchObject({
      mode: 'shortest',
      shortestEdge: 256,
      width: 224,
      height: 224,
    });
    expect(
      parseImageRecipe({ ...clip, size: { height: 30, width: 40 }, do_center_crop: false }),
    ).toMatchObject({ mode: 'squash', width: 40, height: 30 });
    expect(parseImageRecipe({ ...clip, size: { longest_edge: 64 }, do_center_crop: false })).toMatchObject({
      mode: 'longest',
      width: 64,
      height: 64,
    });
    expect(
      parseImageRecipe({ resize_mode: 'squash', size: [30, 40], interpolation: 'bilinear' }),
    ).toMatchObject({
      mode: 'squash',
      width: 40,
      height: 30,
      filter: 'bilinear',
    });
    expect(parseImageRecipe({ ...clip, do_normalize: false, do_rescale: false, resample: 2 })).toMatchObject({
      filter: 'bilinear',
      rescale: 1,
      mean: [0, 0, 0],
      std: [1, 1, 1],
    });
  });

  it.each<[unknown, RegExp]>([
    [null, /not an object/],
    [[], /not an object/],
    [{}, /size.shortest_edge is not a number/],
    [{ ...clip, size: { shortest_edge: 0 } }, /shortest_edge is 0/],
    [{ ...clip, size: { shortest_edge: 12.5 } }, /12\.5/],
    [{ ...clip, crop_size: { height: 128, width: 1e9 } }, /crop_size.width/],
    [{ ...clip, do_center_crop: false }, /without crop_size/],
    [{ ...clip, do_resize: false }, /do_resize/],
    [{ ...clip, resample: 9 }, /resample is 9/],
    [{ ...clip, image_std: [1, 0, 1] }, /image_std/],
    [{ ...clip, image_mean: ['a', 0, 1] }, /image_mean/],
    [{ ...clip, rescale_factor: Number.NaN }, /rescale_factor/],
    [{ resize_mode: 'stretch' }, /resize_mode is "stretch"/],
    [{ resize_mode: 'shortest', interpolation: 'magic' }, /interpolation/],
  ])('refuses %j', (config, message) => {
    expect(() => parseImageRecipe(config)).toThrow(expect.objectContaining({ code: 'MODEL_INVALID' }));
    expect(() => parseImageRecipe(config)).toThrow(message);
  });
});

describe('imageTokens', () => {
  it('counts every started tile', () => {
    const v1 = { tile: 224, tokensPerTile: 1000 };
    expect(imageTokens({ width: 224, height: 224 }, v1)).toBe(1000);
    expect(imageTokens({ width: 1, height: 1 }, v1)).toBe(1000);
    expect(imageTokens({ width: 225, height: 224 }, v1)).toBe(2000);
    // The API's own example.
    expect(imageTokens({ width: 500, height: 500 }, v1)).toBe(9000);
    expect(imageTokens({ width: 512, height: 513 }, { tile: 512, tokensPerTile: 4000 })).toBe(8000);
  });
});
