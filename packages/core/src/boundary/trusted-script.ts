/** The name that a `trusted-types` policy has to allow. */
export const POLICY_NAME = 'nearfield';

/** The part of the browser's Trusted Types that is used here. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(address: string): string },
  ): { createScriptURL(address: string): string };
}

type Policy = ReturnType<TrustedTypes['createPolicy']>;

/** One per realm: most sites allow no second policy of a name. `null` where it is refused. */
let policy: Policy | null | undefined;

/**
 * A script's address as a page under `require-trusted-types-for 'script'` takes it. Without Trusted Types, or where
 * the policy is refused, it is given back as it is: the browser then says what it thinks of it.
 */
export function trustedScript<Address extends string | URL>(address: Address): Address | string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  if (!trustedTypes) return address;
  if (policy === undefined) {
    try {
      policy = trustedTypes.createPolicy(POLICY_NAME, { createScriptURL: (given) => given });
    } catch {
      policy = null;
    }
  }
  return policy ? policy.createScriptURL(String(address)) : address;
}
