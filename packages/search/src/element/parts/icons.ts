import { svg } from 'lit';

const icon = (path: string) =>
  svg`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" aria-hidden="true"><path d=${path} /></svg>`;

export const searchIcon = icon('M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14m5 12 4 4');
export const clockIcon = icon('M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16m0 4v4l3 2');
