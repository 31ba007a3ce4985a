// An ssh-agent with one security key, as ssh-sk-helper(8) would have it sign, touched or not as the test wants.
import { readWire, wireString } from '../../src/signing/wire.ts';
import { framed, identities, startHostileAgent } from './hostile-agent.ts';
import { tokenSignature, TOUCHED, type SecurityKey } from './make-sk.ts';

const LIST = 11;
const SIGN = 13;
const SIGNED = 14;
const FAILURE = 5;

/** Gives the path of its socket. */
export async function startTokenAgent(key: SecurityKey, flags = TOUCHED): Promise<string> {
  const { socket } = await startHostileAgent((message, asking) => {
    if (message[0] === LIST) asking.write(identities([key.blob, 'on the key ring']));
    else if (message[0] === SIGN) {
      const signature = tokenSignature(key, askedFor(message), flags, 3);
      asking.write(framed(Buffer.of(SIGNED), wireString(signature)));
      // ssh(1) tells the agent of its connection first, which not every agent understands.
    } else asking.write(framed(Buffer.of(FAILURE)));
  });
  return socket;
}

const askedFor = (message: Buffer): Buffer =>
  readWire(message.subarray(1), 'the request', (wire) => {
    wire.string();
    const data = wire.string();
    wire.uint32();
    return data;
  });
