// A signature as the text that ssh-keygen(1) writes, without a schema: whoever takes one knows where it begins
// and ends, and how long it can be.

export const BEGIN_SIGNATURE = '-----BEGIN SSH SIGNATURE-----';
export const END_SIGNATURE = '-----END SSH SIGNATURE-----';

/** What is longer is none: the largest key that is taken, RSA of 16384 bits, has half of it. */
export const MAX_SIGNATURE_BYTES = 16 * 1024;
