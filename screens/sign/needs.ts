// The facts that signing and running are judged by: too old ones refuse it.
import type { Subject } from '../../src/contracts/all-facts.ts';

export const APPROVAL_NEEDS = ['operations'] as const satisfies readonly Subject[];
