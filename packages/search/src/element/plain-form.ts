/** The form in the element's light DOM: all there is without JavaScript. Not shown with it, it still says how to search. */
export class PlainForm {
  readonly #host: HTMLElement;

  constructor(host: HTMLElement) {
    this.#host = host;
  }

  get form(): HTMLFormElement | undefined {
    return this.#host.querySelector('form') ?? undefined;
  }

  get field(): HTMLInputElement | undefined {
    return (
      this.form?.querySelector<HTMLInputElement>(
        'input[type="search"], input[type="text"], input:not([type])',
      ) ?? undefined
    );
  }

  get label(): string | undefined {
    return (
      this.field?.getAttribute('aria-label') ?? this.field?.labels?.[0]?.textContent?.trim() ?? undefined
    );
  }

  get placeholder(): string | undefined {
    return this.field?.placeholder || undefined;
  }

  /** Submits the form with a query. False if there is none. */
  submit(query: string): boolean {
    const { form, field } = this;
    if (form === undefined || field === undefined) return false;
    field.value = query;
    form.requestSubmit();
    return true;
  }
}
