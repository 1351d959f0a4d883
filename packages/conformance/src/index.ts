export { type ContractModels, contractModels, embeddedIdsOf, type Named, tinyModelsOf } from './models.ts';
export { type SchemaName, shapeErrors } from './openapi.ts';
export type { ContractOptions } from './subject.ts';
export { contractSuite } from './suite.ts';
