// `felhom certificate switch`: uses the announced certificate now, whoever has not acknowledged it.
import { EXIT } from '../../base/errors.ts';
import type { CertificateOutput } from '../../contracts/outputs.ts';
import type { Command } from '../command.ts';
import { changeByAgent } from '../with-agent.ts';

export const certificateSwitchCommand: Command = {
  name: 'certificate switch',
  summary: 'command.certificate-switch',
  options: {},
  operands: [],
  run: async (context) => {
    const { json, out, text } = context;
    const { fingerprint } = await changeByAgent(context, async (call) => call('switchCertificate'));
    const document: CertificateOutput = {
      schema: 'felhom/certificate/1',
      fingerprint,
      next_fingerprint: null,
    };
    if (json) out.json(document);
    else out.line(text('certificate.present', { fingerprint }));
    return EXIT.ok;
  },
};
