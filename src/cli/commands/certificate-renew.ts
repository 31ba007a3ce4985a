// `felhom certificate renew`: makes the certificate that follows; guests are told of it before it is used.
import { EXIT } from '../../base/errors.ts';
import type { CertificateOutput } from '../../contracts/outputs.ts';
import type { Command } from '../command.ts';
import { changeByAgent } from '../with-agent.ts';

export const certificateRenewCommand: Command = {
  name: 'certificate renew',
  summary: 'command.certificate-renew',
  options: {},
  operands: [],
  run: async (context) => {
    const { json, out, text } = context;
    const answer = await changeByAgent(context, async (call) => call('renewCertificate'));
    const document: CertificateOutput = { schema: 'felhom/certificate/1', ...answer };
    if (json) out.json(document);
    else {
      out.line(text('certificate.present', { fingerprint: answer.fingerprint }));
      out.line(text('certificate.next', { fingerprint: answer.next_fingerprint }));
    }
    return EXIT.ok;
  },
};
