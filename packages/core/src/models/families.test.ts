import { familySuite } from '../../test/family-suite.ts';
import { nodeRuntime } from '../../test/node-runtime.ts';

familySuite({ runtime: async () => nodeRuntime() });
