import { routeToPages } from '@nearfield/server/service-worker';

// Requests to /v1/… of this site are answered by its open pages.
routeToPages();
addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
