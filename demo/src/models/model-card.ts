import type { ModelUsage } from '@nearfield/core';
import type { ModelFacts, ModelInfo } from '@nearfield/spec';
import { html, nothing, type TemplateResult } from 'lit';
import { libraryText } from '../elements/library-text.ts';
import type { App } from '../shell/app.ts';
import { formatBytes, formatCount } from '../shell/format.ts';
import { answersFor, downloadMegabytes, SERVED_MODELS } from '../shell/model-choices.ts';
import type { Problem } from '../shell/problems.ts';
import { languageInUse } from '../words/in-use.ts';
import { words } from '../words/language.ts';
import type { Catalogue } from './catalogue.ts';
import { isRecommended, languagesOf, linksOf, targetOf } from './choosing.ts';
import { fitOf } from './fit.ts';
import type { ListedModel } from './listed-model.ts';
import { taskProgress } from './task-progress.ts';

/** What a card has its page do, as the focus must stay in sight. */
export interface CardActions {
  act(event: Event, run: () => Promise<void>): void;
  chooseFolder(model: string): void;
  /** Asks, then deletes the model's files. */
  remove(event: Event, model: string, bytes: number): void;
  dismiss(model: string): void;
}

/** A model: what it is for, how large, who may use it, how it would run here, and what can be done with it. */
export function modelCard(page: Catalogue, model: ListedModel, actions: CardActions): TemplateResult {
  const { info, facts } = model;
  const { app } = page;
  const id = facts?.id ?? info.id;
  const t = words().models;
  const kind = facts ? t.kinds[facts.kind] : (info.output_modalities[0] ?? '');
  return html`<li class="model-card" data-model=${id} aria-labelledby="model-${id}">
    <div class="model-head">
      <h4 class="model-id" id="model-${id}">${id}</h4>
      ${isRecommended(id) && app.side === 'local' ? html`<span class="tag strong">${t.recommended}</span>` : nothing}
      <span class="tag">${kind}</span>
    </div>
    ${
      isRecommended(id) && app.side === 'local'
        ? html`<p>${t.recommendedFor[id]}</p>`
        : html`<p>${libraryText(info.description)}</p>`
    }
    <dl class="facts">
      ${sizeFacts(page, id, info, facts)}
      ${languageFact(id)} ${runsFact(page, id, model)}
    </dl>
    ${facts?.local.runs && facts.local.caution && app.side === 'local' ? html`<p class="hint">${libraryText(facts.local.caution)}</p>` : nothing}
    ${licenceOf(model)} ${facts?.local.runs ? files(id, facts.local, app.side === 'local') : nothing}
    ${app.side === 'local' && facts?.local.runs ? controls(page, id, actions) : nothing}
  </li>`;
}

function sizeFacts({ app }: Catalogue, id: string, info: ModelInfo, facts: ModelFacts | undefined) {
  const t = words().models;
  const { device } = app.state.capabilities.local ?? {};
  const megabytes = app.side === 'local' ? downloadMegabytes(id, device) : undefined;
  const usage = app.side === 'local' ? app.state.stored.find(({ model }) => model === id) : undefined;
  return html`<dt>${t.size}</dt>
    <dd class="model-sizes">
      ${
        usage?.complete
          ? html`<strong>${formatBytes(usage.bytes)}</strong>`
          : megabytes === undefined
            ? nothing
            : html`<strong>${t.download(formatBytes(megabytes * 1e6))}</strong>`
      }
      ${[
        facts?.dimensions === undefined ? '' : t.dimensions(facts.dimensions),
        info.context_length > 0 ? words().counts.tokens(info.context_length) : '',
        facts?.parameters === undefined ? '' : t.parameters(formatCount(facts.parameters / 1e6)),
      ]
        .filter((each) => each !== '')
        .map((each) => html`<span>${each}</span>`)}
    </dd>`;
}

function languageFact(id: string) {
  const t = words().models;
  const languages = languagesOf(id);
  if (languages === undefined) return nothing;
  const names: Readonly<Record<string, string>> = t.languageNames;
  return html`<dt>${t.languages}</dt>
    <dd>${names[languages] ?? languages}</dd>`;
}

function runsFact({ app }: Catalogue, id: string, { info, facts }: ListedModel) {
  const t = words().models;
  if (app.side === 'remote') {
    const local = info.nearfield?.local;
    return html`<dt>${t.runs}</dt>
      <dd>
        ${answersFor(info) ? t.answersAt(app.place) : html`${t.notAt(app.place)}${local?.runs === false ? notHere(local) : nothing}`}
      </dd>`;
  }
  if (!facts) return nothing;
  const { device, loaded = [] } = app.state.capabilities.local ?? {};
  const target = targetOf(id, device);
  const runtime = loaded.find((each) => each.id === id)?.runtime;
  return html`<dt>${t.runs}</dt>
    <dd>
      ${facts.local.runs ? [target && t.runsOn[target], runtime && t.computedBy(t.runtimes[runtime.name])].filter(Boolean).join(', ') : html`${t.runsNot}${notHere(facts.local)}`}
    </dd>
    ${facts.local.runs ? fitFact(app, id, target) : nothing}`;
}

/** How much memory a model takes, and what of this device is too small for it. */
function fitFact({ state }: App, id: string, target: ReturnType<typeof targetOf>) {
  const t = words().models;
  const { device, storage: { quota, usage } = {} } = state.capabilities.local ?? {};
  const stored = state.stored.find(({ model }) => model === id);
  const megabytes = downloadMegabytes(id, device);
  const bytes = stored?.complete ? stored.bytes : megabytes === undefined ? undefined : megabytes * 1e6;
  if (bytes === undefined) return nothing;
  const { deviceMemory: memory } = navigator as Navigator & { deviceMemory?: number };
  const free = quota === undefined ? undefined : quota - (usage ?? 0);
  const isStored = stored?.complete ?? false;
  const { needs, problem } = fitOf(bytes, { isStored, target, room: { memory, free } });
  return html`<dt>${t.memoryNeed}</dt>
    <dd data-fit=${problem ?? 'fits'}>
      ${t.about(formatBytes(needs))}${
        problem === undefined
          ? nothing
          : html`<strong class="unfit">${t.unfit[problem](formatBytes((problem === 'memory' ? (memory ?? 0) * 1e9 : free) ?? 0))}</strong>`
      }
    </dd>`;
}

const notHere = ({ reason, instead }: { reason: string; instead: string | null }) =>
  html`: ${libraryText(reason)}${instead ? ` ${words().models.instead(instead)}` : nothing}`;

/** Whether a company may use it: the question that people have. */
function licenceOf(model: ListedModel) {
  const t = words().models;
  const { facts } = model;
  if (!facts) return html`<p class="hint">${t.notInCatalogue}</p>`;
  const { licence, commercialUse } = facts;
  const { card, licence: text, ask } = linksOf(model);
  const known: Readonly<Record<string, string>> = t.licenceWhy;
  const link = (address: string | undefined, label: string) =>
    address === undefined
      ? nothing
      : html`<a href=${address} target="_blank" rel="noopener noreferrer">${label}<span class="visually-hidden"> ${facts.id}</span></a>`;
  return html`<div class="may-i" data-answer=${commercialUse.answer}>
    <p><span class="question">${t.mayI}</span> <strong>${t.answers[commercialUse.answer]}</strong></p>
    <p class="hint">
      ${licence}. ${known[licence] ?? libraryText(commercialUse.why)}
    </p>
    <p class="links">${link(text, t.licenceText)} ${link(ask, t.askFor)} ${link(card, t.modelCard)}</p>
  </div>`;
}

/** Sizes of each precision. Where every task has its own files, those of one. */
function files(id: string, { sources }: Extract<ModelFacts['local'], { runs: true }>, isHere: boolean) {
  const t = words().models;
  const megabytes = new Intl.NumberFormat(languageInUse(), { maximumSignificantDigits: 3 });
  const repositories = new Set(sources.map(({ repository }) => repository));
  const [first] = repositories;
  const graphs = sources.filter(({ repository }) => repository === first);
  const origin = isHere && SERVED_MODELS.includes(id) ? t.fromSite : (first ?? t.onNoHub);
  return html`<details class="model-files">
    <summary>${t.files}<span class="visually-hidden"> ${id}</span></summary>
    ${graphs.map(
      ({ graph, megabytes: sizes }) =>
        html`<p>${graphs.length > 1 ? `${graph}: ` : ''}${Object.entries(sizes)
          .map(([dtype, size]) => `${dtype} ${megabytes.format(size)}`)
          .join(' · ')} MB</p>`,
    )}
    <p class="hint">${origin}${repositories.size > 1 ? `, ${t.oneOf(repositories.size)}` : ''}</p>
  </details>`;
}

function controls(page: Catalogue, id: string, actions: CardActions) {
  const t = words().models;
  const { stored, capabilities } = page.app.state;
  const usage = stored.find(({ model }) => model === id);
  const isLoaded = capabilities.local?.loaded?.some((model) => model.id === id) ?? false;
  const task = page.state.tasks[id];
  const failure = page.state.failures[id];
  const state = isLoaded
    ? t.states.memory
    : usage?.complete
      ? t.states.stored
      : usage
        ? t.states.partly
        : t.states.runs;
  return html`<div class="model-actions">
    <p class="state" tabindex="-1" data-state=${isLoaded ? 'memory' : usage?.complete ? 'stored' : usage ? 'partly' : 'runs'}>
      ${page.state.deleted?.model === id ? t.states.deleted : state}${usage ? `, ${formatBytes(usage.bytes)}` : ''}
    </p>
    ${
      task
        ? html`<div class="row-task" aria-label=${words().common.progress} role="group">
          ${taskProgress(id, task)}
          <button type="button" data-action="cancel" @click=${task.cancel}>
            ${words().common.cancel}<span class="visually-hidden"> ${id}</span>
          </button>
        </div>`
        : buttons(page, id, usage, isLoaded, actions)
    }
    ${failure ? failed(id, failure, actions) : nothing}
  </div>`;
}

function buttons(
  page: Catalogue,
  id: string,
  usage: ModelUsage | undefined,
  isLoaded: boolean,
  actions: CardActions,
) {
  const t = words().models;
  const button = (label: string, run: (event: Event) => void, kind = '') =>
    html`<button type="button" class=${kind} @click=${run}>
      ${label}<span class="visually-hidden"> ${id}</span>
    </button>`;
  const load = usage?.complete ? t.load : usage ? t.goOn : t.downloadIt;
  const isDeleted = page.state.deleted?.model === id;
  return html`<div class="row">
    ${isDeleted ? button(t.restore, (event) => actions.act(event, () => page.restore()), 'primary') : nothing}
    ${isLoaded ? nothing : button(load, (event) => actions.act(event, () => page.load(id)), isRecommended(id) ? 'primary' : '')}
    ${usage?.complete ? button(t.verify, (event) => actions.act(event, () => page.verify(id))) : nothing}
    ${usage?.complete ? button(t.export, (event) => actions.act(event, () => page.export(id))) : nothing}
    ${usage ? button(t.delete, (event) => actions.remove(event, id, usage.bytes)) : button(t.import, () => actions.chooseFolder(id))}
  </div>`;
}

function failed(id: string, { code, origin, title, message, advice }: Problem, actions: CardActions) {
  return html`<div role="alert">
    <article class="problem" data-code=${code} data-origin=${origin}>
      <div>
        <h5>${title}</h5>
        <p>${message}</p>
        <p class="advice">${advice}</p>
      </div>
      <button type="button" class="quiet icon" aria-label=${words().models.dismiss(title)} @click=${() => actions.dismiss(id)}>
        <span aria-hidden="true">×</span>
      </button>
    </article>
  </div>`;
}
