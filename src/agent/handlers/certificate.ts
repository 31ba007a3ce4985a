// Root's two words about the certificate: make the next one, and take it into use now.
import type { CertificateStore } from '../certificates.ts';
import type { ListeningHandlers, RecordDeed } from '../parts.ts';
import { requesterOf } from '../requester.ts';

export const createCertificateHandlers = (
  certificates: CertificateStore,
  record: RecordDeed,
): Pick<ListeningHandlers, 'renewCertificate' | 'switchCertificate'> => ({
  renewCertificate: async ({ caller, body }) => {
    const renewed = await certificates.renew();
    await record({
      what: 'certificate.renewed',
      by: requesterOf(caller, body),
      subject: renewed.next_fingerprint,
      detail: { present: renewed.fingerprint },
    });
    return renewed;
  },
  switchCertificate: async ({ caller, body }) => {
    const switched = await certificates.switch();
    await record({
      what: 'certificate.switched',
      by: requesterOf(caller, body),
      subject: switched.fingerprint,
      detail: {},
    });
    return switched;
  },
});
