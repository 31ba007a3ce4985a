// How bytes are signed with nothing but a shell where the key is: the same lines wherever people are told.
import { APPROVAL_NAMESPACE } from './approval-text.ts';

/** Signs `op.json` there. */
export const signCommand = (key: string): string =>
  `ssh-keygen -Y sign -n ${APPROVAL_NAMESPACE} -f ${key} op.json`;

const LINE = /.{1,64}/g;
/** No line of base64 looks like it: these have whole groups of four. */
const END = 'END';

/** Makes `op.json` there, byte for byte. The message is printable ASCII: each letter is a byte. */
export const hereDocument = (message: string): readonly string[] => [
  `base64 -d > op.json <<'${END}'`,
  ...(btoa(message).match(LINE) ?? []),
  END,
];
