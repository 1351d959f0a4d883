export {
  ICON_CLIP_ID,
  iconClipDirectory,
  type ModelFile,
  modelFiles,
} from './model.ts';
