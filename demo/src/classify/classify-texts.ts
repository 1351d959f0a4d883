import { html, nothing } from 'lit';
import { callProgress } from '../elements/call-progress.ts';
import './label-chips.ts';
import { gapId, gapText } from '../elements/gap.ts';
import { modelField } from '../elements/model-field.ts';
import { fieldValue, PageElement, submitOnEnter } from '../elements/page-element.ts';
import '../elements/problem-list.ts';
import { words } from '../words/language.ts';
import { textResults } from './results.ts';
import { type TextLabels, textLabelsOf } from './text-labels.ts';

const ORIGINS = ['classify'] as const;

/** Texts by labels in words. */
class ClassifyTexts extends PageElement<TextLabels> {
  protected override open(): TextLabels {
    return textLabelsOf(this.app);
  }

  protected override render() {
    const { app, page } = this;
    const { texts, labels, temperature, result } = page.state;
    const { mode } = app.state;
    const text = words().classify;
    return html`<div class="halves">
      <form class="card" aria-label=${text.textsAndLabels} @submit=${this.#submit}>
        <p class="hint">${text.nothingTrained}</p>
        <div class="field">
          <label for="classify-texts">${text.texts}</label>
          <textarea
            id="classify-texts"
            rows="7"
            dir="auto"
            aria-invalid=${page.gaps.of('classify-texts') ? 'true' : nothing}
            aria-describedby=${gapId(page.gaps, 'classify-texts')}
            .value=${texts}
            @input=${(event: Event) => {
              page.gaps.clear('classify-texts');
              page.update({ texts: fieldValue(event) });
            }}
            @keydown=${submitOnEnter}
          ></textarea>
          ${gapText(page.gaps, 'classify-texts')}
        </div>
        <label-chips
          field-id="classify-labels"
          .labels=${labels}
          .gap=${page.gaps.of('classify-labels')}
          @labels-change=${(event: CustomEvent<string[]>) => {
            page.gaps.clear('classify-labels');
            page.update({ labels: event.detail });
          }}
        ></label-chips>
        ${modelField({
          app,
          id: 'classify-model',
          need: { endpoint: 'classify', modality: 'text' },
          models: page.state.models,
          choose: (model, side) => page.setModel(model, side),
        })}
        <div class="field">
          <label for="classify-temperature">${text.temperature}</label>
          <input
            id="classify-temperature"
            type="number"
            min="0.001"
            step="any"
            placeholder=${text.modelsOwn}
            aria-describedby="classify-temperature-hint"
            .value=${temperature[app.side]}
            @input=${(event: Event) => page.setTemperature(fieldValue(event))}
          />
          <p id="classify-temperature-hint" class="hint">
            ${mode === 'remote' ? text.temperatureRemote : text.temperatureHint}
          </p>
        </div>
        <div class="row"><button type="submit" class="primary">${text.classify}</button></div>
      </form>
      <div class="results">
        <problem-list .app=${app} .origins=${ORIGINS}></problem-list>
        ${callProgress(page.call, text.classifying)} ${textResults(result, page.asked)}
      </div>
    </div>`;
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    void this.page.classify().then((fits) => (fits ? undefined : this.focusGap()));
  };
}

customElements.define('classify-texts', ClassifyTexts);
