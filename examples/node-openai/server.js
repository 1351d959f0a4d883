import { createNodeFoundation } from '@nearfield/core/node';
import { directory, MODEL_ID } from '@nearfield/model-minilm';
import { createNodeServer } from '@nearfield/server/node';

const foundation = createNodeFoundation({ models: [{ id: MODEL_ID, source: directory() }] });
const { url } = await createNodeServer(foundation, { port: Number(process.env.PORT ?? 8080) });
console.log(`${url}/v1 answers; ${url}/docs lists its routes.`);
