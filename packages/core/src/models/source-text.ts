import { FoundationError } from '@nearfield/spec';
import { shortened } from '@nearfield/spec/implement';

const HUB_ID = /^[\w.-]+\/[\w.-]+$/;

/** Folders of sites and projects, and of the current directory. No repository of the hub is taken for one of them. */
const FOLDER = /^(\.{1,2}|models?|public|static|assets|dist|build|src|node_modules)\//i;

/** Whether a model's source is a repository of the hub, `owner/name`, and not what it is mistaken for: a folder. */
export const isHubId = (source: string): boolean => HUB_ID.test(source) && !FOLDER.test(source);

/** A folder that is not marked as one: it would be a hub id, if its first part were not what folders are called. */
export const isUnmarkedFolder = (source: string): boolean =>
  HUB_ID.test(source) && FOLDER.test(source) && !source.startsWith('.');

/** The error for {@link isUnmarkedFolder}. @param example how a folder of that name is written here */
export const unmarkedFolder = (id: string, source: string, example: string): FoundationError =>
  new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message: `The source '${shortened(source)}' of model ${id} may be a folder or a hub id (owner/name). ${example} For the hub's repository give its address, https://huggingface.co/${source}/resolve/main/.`,
    param: 'models',
  });
