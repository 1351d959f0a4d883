// Before a package is packed or published: only pnpm writes real versions for `workspace:` and `catalog:`, the
// published `exports`, and the licence into it.
import { existsSync } from 'node:fs';

if (!process.env.npm_config_user_agent?.startsWith('pnpm/')) {
  console.error(
    'Packages of this repository are packed and published with pnpm. npm would leave "workspace:*" and "catalog:" in\n' +
      'their dependencies, which nobody can install, and forget the licence. After "npm run build":\n\n' +
      '  npx pnpm publish --filter NAME',
  );
  process.exit(1);
}
if (!existsSync('dist')) {
  console.error('There is no dist folder. First: npm run build');
  process.exit(1);
}
