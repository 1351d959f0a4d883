import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { removeKeepingFocus } from '../../elements/focus.ts';
import { formatCount } from '../../shell/format.ts';
import { words } from '../../words/language.ts';
import { SearchElement } from '../search-element.ts';
import { chosenPairs, NO_CHOICES } from './choices.ts';
import { addedCounts, type FacetGroup, type FacetValue, facetGroups } from './facet-groups.ts';
import { filterName, filterValue } from './filter-texts.ts';

/** Values of a filter that are shown before all are wanted. */
const FEW = 8;

/**
 * Filters by what the texts and pictures are: values of one filter are alternatives, filters narrow each other. Every
 * value is a button that stays where it is, with the number of what it would leave.
 */
class SearchFilters extends SearchElement {
  static override readonly properties = { ...SearchElement.properties, whole: { state: true } };
  /** Names of filters all of whose values are shown. */
  declare private whole: ReadonlySet<string>;

  constructor() {
    super();
    this.whole = new Set();
  }

  protected override render() {
    const { page, pictures } = this;
    const { filters } = page.state;
    const all = addedCounts(page.state.all, pictures.state.all);
    const isAsked = page.state.found !== undefined || pictures.state.found !== undefined;
    const found = isAsked ? addedCounts(page.state.found, pictures.state.found) : undefined;
    const groups = facetGroups(all, found, filters);
    if (groups.length === 0) return nothing;
    const texts = words().search.filters;
    const chosen = chosenPairs(filters);
    return html`<section class="search-filters" aria-label=${texts.title}>
      <div class="filters-head">
        ${repeat(
          chosen,
          ([name, value]) => `${name}\n${value}`,
          ([name, value]) => this.#chosen(name, value),
        )}
        ${
          chosen.length > 0
            ? html`<button type="button" class="quiet remove-filters" @click=${this.#removeAll}>${texts.removeAll}</button>`
            : nothing
        }
      </div>
      <details ?open=${OPEN}>
        <summary>${texts.title}</summary>
        <div class="facets">
          ${repeat(
            groups,
            ({ name }) => name,
            (group) => this.#group(group),
          )}
        </div>
      </details>
    </section>`;
  }

  #chosen(name: string, value: string) {
    const [filter, text] = [filterName(name), filterValue(name, value)];
    return html`<button
      type="button"
      class="facet-chip chosen"
      data-chosen=${name}
      aria-label=${words().search.filters.remove(filter, text)}
      @click=${(event: Event) =>
        removeKeepingFocus(
          this,
          event,
          { selector: '.filters-head .chosen', fallback: '.search-filters summary' },
          () => this.page.toggleFilter(name, value),
        )}
    >
      <bdi>${text}</bdi> <span aria-hidden="true">×</span>
    </button>`;
  }

  #group({ name, values }: FacetGroup) {
    const isWhole = this.whole.has(name) || values.length <= FEW + 1;
    const shown = isWhole ? values : values.filter(({ chosen }, at) => at < FEW || chosen);
    const texts = words().search.filters;
    return html`<div class="facet" role="group" aria-label=${filterName(name)} data-filter=${name}>
      <span class="facet-name" aria-hidden="true">${filterName(name)}</span>
      <div class="facet-values">
        ${repeat(
          shown,
          ({ value }) => value,
          (value) => this.#value(name, value),
        )}
        ${
          values.length > FEW + 1
            ? html`<button
              type="button"
              class="quiet more-values"
              aria-expanded=${isWhole ? 'true' : 'false'}
              @click=${() => this.#toggleWhole(name)}
            >
              ${isWhole ? texts.fewer : texts.more(values.length - shown.length)}
            </button>`
            : nothing
        }
      </div>
    </div>`;
  }

  #value(name: string, { value, count, chosen }: FacetValue) {
    return html`<button
      type="button"
      class="facet-chip"
      aria-pressed=${chosen ? 'true' : 'false'}
      data-value=${value}
      aria-disabled=${count === 0 && !chosen ? 'true' : nothing}
      @click=${() => {
        // One that would leave nothing keeps its place, so that nothing moves under the pointer.
        if (count > 0 || chosen) this.page.toggleFilter(name, value);
      }}
    >
      <bdi>${filterValue(name, value)}</bdi> <span class="count">${formatCount(count)}</span>
    </button>`;
  }

  #toggleWhole(name: string): void {
    const whole = new Set(this.whole);
    if (!whole.delete(name)) whole.add(name);
    this.whole = whole;
  }

  #removeAll = async (): Promise<void> => {
    this.page.setFilters(NO_CHOICES);
    await this.updateComplete;
    this.querySelector<HTMLElement>('summary')?.focus();
  };
}

/** On a narrow screen answers come first. */
const OPEN = globalThis.matchMedia?.('(min-width: 56rem)').matches ?? true;

customElements.define('search-filters', SearchFilters);
