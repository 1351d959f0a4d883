import type { LitElement, ReactiveController } from 'lit';

/** Takes files that are dropped anywhere on the page. The element has `data-dropping` while files are above the page. */
export class FileDrop implements ReactiveController {
  readonly #element: LitElement;
  readonly #take: (files: File[], transfer: DataTransfer) => void;

  /** @param take gets what was dropped also as it came, by which folders can be read as long as the event lasts */
  constructor(element: LitElement, take: (files: File[], transfer: DataTransfer) => void) {
    this.#element = element;
    this.#take = take;
    element.addController(this);
  }

  hostConnected(): void {
    window.addEventListener('dragover', this.#over);
    window.addEventListener('dragleave', this.#leave);
    window.addEventListener('drop', this.#drop);
  }

  hostDisconnected(): void {
    window.removeEventListener('dragover', this.#over);
    window.removeEventListener('dragleave', this.#leave);
    window.removeEventListener('drop', this.#drop);
  }

  #over = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
    this.#element.toggleAttribute('data-dropping', true);
  };

  #leave = (event: DragEvent): void => {
    // Null when the pointer leaves the window.
    if (event.relatedTarget === null) this.#element.removeAttribute('data-dropping');
  };

  #drop = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.#element.removeAttribute('data-dropping');
    const files = [...event.dataTransfer.files];
    if (files.length > 0) this.#take(files, event.dataTransfer);
  };
}
