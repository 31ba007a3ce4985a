// The routes about signatures. Nothing is signed yet: each refuses.
import { Refusal, type Handlers } from '../handler.ts';

type SigningRoute = 'bytesOperation' | 'submitOperation' | 'signers' | 'acceptInstall';

const refuse = async (): Promise<never> =>
  Promise.reject(new Refusal('E_NOT_READY', 'this agent takes no signatures yet'));

export const createSigningHandlers = (): Pick<Handlers, SigningRoute> => ({
  bytesOperation: refuse,
  submitOperation: refuse,
  signers: refuse,
  acceptInstall: refuse,
});
