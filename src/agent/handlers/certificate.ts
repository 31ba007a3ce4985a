// Root's two words about the certificate: make the next one, and take it into use now.
import type { CertificateStore } from '../certificates.ts';
import type { ListeningHandlers } from '../parts.ts';

export const createCertificateHandlers = (
  certificates: CertificateStore,
): Pick<ListeningHandlers, 'renewCertificate' | 'switchCertificate'> => ({
  renewCertificate: async () => certificates.renew(),
  switchCertificate: async () => certificates.switch(),
});
