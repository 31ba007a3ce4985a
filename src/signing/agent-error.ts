// Why an ssh-agent does not sign: a code that has its words, and a sentence with what was seen.
import { ActionableError } from '../base/errors.ts';
import type { SignerCode } from '../contracts/signer.ts';

export const agentError = (code: SignerCode, message: string, cause?: unknown): ActionableError =>
  new ActionableError('refused', message, { code, ...(cause === undefined ? {} : { cause }) });
