/** A file and where it lies below the folder that was chosen, such as `tickets/billing/1.txt`. */
export interface PlacedFile {
  file: File;
  path: string;
}

/** Whether a file's name or type is that of a picture. */
export const isPictureFile = ({ name, type }: File): boolean =>
  type.startsWith('image/') || /\.(?:png|jpe?g|gif|webp|avif|bmp|svg)$/iu.test(name);

/** Files as they were chosen, with their paths where a folder was. */
export const placed = (files: readonly File[]): PlacedFile[] =>
  files.map((file) => ({ file, path: file.webkitRelativePath || file.name }));

/** Files that were dropped, and those in folders that were. */
export async function droppedFiles(transfer: DataTransfer): Promise<PlacedFile[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  // Nothing can be asked of the drop once the event is over: files without an entry are taken now.
  const files = [...transfer.files];
  if (entries.every((entry) => entry === null)) return placed(files);
  const found: PlacedFile[] = [];
  for (const entry of entries) if (entry) await walk(entry, found);
  return found;
}

async function walk(entry: FileSystemEntry, found: PlacedFile[]): Promise<void> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => {
      (entry as FileSystemFileEntry).file(resolve, reject);
    });
    found.push({ file, path: entry.fullPath.replace(/^\//u, '') });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A reader gives a part of a folder at a time, and an empty one at the end.
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (part.length === 0) return;
    // Files of the system, such as `.DS_Store`, are none of the visitor's.
    for (const each of part) if (!each.name.startsWith('.')) await walk(each, found);
  }
}
