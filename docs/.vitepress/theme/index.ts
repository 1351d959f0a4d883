import { type Theme, withBase } from 'vitepress';
import DefaultTheme from 'vitepress/theme-without-fonts';
import { h } from 'vue';
import './search.css';

export default {
  extends: DefaultTheme,
  Layout: () =>
    h(DefaultTheme.Layout, null, {
      'nav-bar-content-before': () =>
        h('nearfield-search', { class: 'search', index: withBase('/search/'), suggestions: SUGGESTIONS }),
    }),
  enhanceApp() {
    // The element is made in the browser; pages are written without it.
    if (!import.meta.env.SSR) void import('@nearfield/search/element');
  },
} satisfies Theme;

const SUGGESTIONS = 'content security policy | offline | how large is an index | quantised models';
