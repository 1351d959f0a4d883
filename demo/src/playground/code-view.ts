import { html, nothing, type TemplateResult } from 'lit';
import type { App } from '../shell/app.ts';
import { words } from '../words/language.ts';
import { type Code, LANGUAGES } from './code/code.ts';
import { copyText } from './copy-text.ts';
import { jsonView } from './json-view.ts';
import type { Playing } from './playing.ts';
import { tabList } from './tab-list.ts';

/** The request as it is sent, and the code of this very call in several languages. */
export function codeView(app: App, page: Playing): TemplateResult {
  const { language, code, request } = page.state;
  const text = words().playground;
  const chosen = language === 'request' ? undefined : code?.[language];
  const copied = language === 'request' ? JSON.stringify(request, undefined, 2) : chosen?.text;
  return html`<section class="card code-card" aria-labelledby="code-title">
    <div class="card-head">
      <h3 id="code-title">${text.code}</h3>
      <button type="button" ?disabled=${copied === undefined} @click=${() => copied !== undefined && copyText(app, copied)}>
        ${text.copy}
      </button>
    </div>
    ${tabList({
      label: text.languages,
      controls: 'code',
      tabs: (['request', ...LANGUAGES] as const).map((name) => ({ name, title: text.language[name] })),
      chosen: language,
      choose: (name) => page.setLanguage(name),
    })}
    <div id="code" role="tabpanel" aria-labelledby="code-${language}">
      ${language === 'request' ? jsonView(request, text.requestJson) : chosen ? codeText(chosen) : nothing}
    </div>
  </section>`;
}

function codeText(code: Code): TemplateResult {
  const text = words().playground;
  if (code.text === undefined) {
    const { why } = code;
    return html`<p class="hint">
      ${typeof why === 'object' ? html`<span lang="en">${why.error}</span>` : text.noCode[why]}
    </p>`;
  }
  const { marked, install } = code;
  const lines = code.text.replace(/\n$/u, '').split('\n');
  return html`<pre class="code" tabindex="0" dir="ltr" aria-label=${text.code}>${lines.map((line, index) =>
    marked.has(index) ? html`<mark>${line}</mark>${'\n'}` : `${line}\n`,
  )}</pre>
    ${marked.size > 0 ? html`<p class="hint">${text.oneLine}</p>` : nothing}
    ${
      install === undefined
        ? nothing
        : html`<p class="hint install">
            ${text.install} ${install.split('\n').map((line) => html`<code>${line}</code>`)}
          </p>`
    }`;
}
