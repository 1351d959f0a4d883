// <nearfield-search> in the templates of frameworks. Checked by the type checker; nothing here runs.
import type { JSX } from 'react';
import type { SvelteHTMLElements } from 'svelte/elements';
import type { GlobalComponents } from 'vue';
import type {} from './element.ts';
import type {} from './react.ts';
import type {} from './svelte.ts';
import type {} from './vue.ts';

type React = JSX.IntrinsicElements['nearfield-search'];
type Vue = InstanceType<GlobalComponents['nearfield-search']>['$props'];
type Svelte = SvelteHTMLElements['nearfield-search'];

const shared = {
  index: '/search/',
  model: 'on-focus',
  limit: 5,
  filters: { version: ['2'] },
  analytics: ({ query, selected }: { query: string; selected?: { place: number } }) =>
    console.log(query, selected?.place),
} as const;

export const react: React = {
  ...shared,
  className: 'wide',
  'onnearfield-select': (event) => event.detail.result.title satisfies string,
};
export const svelte: Svelte = {
  ...shared,
  class: 'wide',
  'onnearfield-search': ({ detail }) => detail.results satisfies number,
};
export const vue: Vue = {
  ...shared,
  class: 'wide',
  onNearfieldSearch: ({ detail }) => detail.query satisfies string,
};

// @ts-expect-error There is no such policy.
export const badModel: React = { model: 'sometimes' };
// @ts-expect-error An address is text.
export const badIndex: Svelte = { index: 1 };
// @ts-expect-error A limit is a number.
export const badLimit: Vue = { limit: 'many' };

declare const element: HTMLElementTagNameMap['nearfield-search'];
element.addEventListener('nearfield-error', ({ detail }) => detail.code satisfies string);
void element.open('query');
