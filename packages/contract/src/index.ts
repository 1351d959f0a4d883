export { type ContractModels, contractModels, type Named, tinyModelsOf } from './models.ts';
export type { ContractOptions } from './subject.ts';
export { contractSuite } from './suite.ts';
