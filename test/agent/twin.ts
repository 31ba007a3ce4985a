// The other signature that fits wherever one of ECDSA over P-256 does: (r, n − s) in the place of (r, s).
import { formatArmor, formatSshsig, parseArmor, parseSshsig } from '../../src/signing/sshsig.ts';
import { readWire, wireMpint, wireString } from '../../src/signing/wire.ts';

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

export function twinOf(armor: string): string {
  const sshsig = parseSshsig(parseArmor(armor));
  const { type, pair } = readWire(sshsig.signature, 'a signature', (wire) => ({
    type: wire.string(),
    pair: wire.string(),
  }));
  const { r, s } = readWire(pair, 'a pair', (wire) => ({ r: wire.mpint(), s: wire.mpint() }));
  const other = (ORDER - BigInt(`0x${s.toString('hex')}`)).toString(16).padStart(64, '0');
  const twin = Buffer.concat([wireMpint(r), wireMpint(Buffer.from(other, 'hex'))]);
  const signature = Buffer.concat([wireString(type), wireString(twin)]);
  return formatArmor(formatSshsig({ ...sshsig, signature }));
}
