export {
  EMBEDDED_ICON_CLIP_ID,
  embeddedIconClipDirectory,
  type ModelFile,
  modelFiles,
} from './model.ts';
