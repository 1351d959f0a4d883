/** Hands a file to the visitor, as a download. */
export function saveFile(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has taken hold of the blob by the next turn in every engine; a second is far beyond.
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
