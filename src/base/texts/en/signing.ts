// What signatures are refused for, and why an ssh-agent does not sign, each with the way out. English.

export const signing = {
  'api.E_OP_BYTES':
    'These bytes cannot be had or signed so: none were made yet, or other ones were made since. Ask for them again: felhom op bytes ID.',
  'api.E_OP_EXPIRED':
    'The time for signing these bytes is over. Ask for new ones and sign those: felhom op bytes ID --renew.',
  'api.E_OP_HOST':
    'These bytes were made for another host, or for this one before it was copied or installed anew. Ask for new ones: felhom op bytes ID --renew.',
  'api.E_OP_ROLE':
    'Whoever signed may sign, but not this kind of operation. Have an approver of policy.yaml sign it.',
  'api.E_APPROVAL_LOST':
    'The approval does not hold any more: a key was revoked, the bytes expired, or the rules were changed. Nothing was written. Sign again: felhom op bytes ID.',
  'api.E_TRUST':
    'The files that say who may sign cannot be trusted, so nobody can. What is wrong with them says: felhom signers check.',
  'api.E_INSTALL_CHANGED':
    'This host is not the installation that it was: it may be a copy. If it is right so, root says so: felhom host accept-install.',
  'api.E_SIG_TOO_LARGE':
    'That is too large for a signature. Hand in the .sig file that ssh-keygen -Y sign wrote, and nothing else.',
  'api.E_SIG_ARMOR':
    'That is no signature. Hand in the whole text from BEGIN SSH SIGNATURE to END SSH SIGNATURE, once, and nothing else.',
  'api.E_SIG_MALFORMED':
    'The signature is damaged: its parts do not fit together. Copy it again, or sign again.',
  'api.E_SIG_VERSION':
    'The signature is of a version that is not known here. Sign with ssh-keygen of OpenSSH 8.2 or newer.',
  'api.E_SIG_NAMESPACE': 'Signed for something else: it needs -n op-approval.v1@felhom.eu.',
  'api.E_SIG_HASH':
    'Signed with a hash that is not taken. Sign with ssh-keygen -Y sign as it is, or with -O hashalg=sha512.',
  'api.E_SIG_ALGORITHM':
    'Signed by an algorithm that is not taken, such as SHA-1 with RSA. Sign with ssh-keygen -Y sign.',
  'api.E_SIG_BAD':
    'The signature does not fit these bytes. Sign them exactly as they were printed, with nothing added or changed.',
  'api.E_KEY_TYPE':
    'Keys of this kind are not taken. Use ed25519, ECDSA, RSA of 3072 bits or more, or a security key.',
  'api.E_KEY_WEAK': 'The key is too short. Use ed25519, or RSA of 3072 bits or more.',
  'api.E_KEY_UNKNOWN':
    'The key that signed is not among the allowed signers of this host. Use another key, or have root add it.',
  'api.E_KEY_REVOKED': 'The key that signed was revoked. Use another key.',
  'api.E_KEY_EXPIRED':
    'The key that signed was allowed until a time that is over. Have root renew its line in allowed_signers.',
  'api.E_KEY_NOT_YET':
    'The key that signed is allowed only from a later time on. Wait, or have root change its line in allowed_signers.',
  'api.E_KEY_NAMESPACE':
    'The key that signed is allowed for other things only. Have root add op-approval.v1@felhom.eu to its line in allowed_signers.',
  'api.E_KEY_ON_HOST':
    'The private half of the key lies on this very host, which could sign by itself. Use a key that is kept elsewhere.',
  'api.E_CERTIFICATE':
    'Signed with a certificate, which is not taken yet. Sign with the plain key: ssh-keygen -Y sign -f KEY.',
  'api.E_SK_FLAGS':
    'The security key said what it may not say. Sign again; if it stays so, the key or its software is at fault.',
  'api.E_SK_APPLICATION':
    'The security key was made for something else than ssh. Use one that ssh-keygen made.',
  'api.E_SK_TOUCH':
    'The security key was not touched. Sign again, and touch it when it blinks; keys made with no-touch-required are not taken.',
  'api.E_SK_PIN':
    'The policy asks for the PIN of the security key. Make the key with ssh-keygen -O verify-required, and sign again.',
  'api.E_SK_REQUIRED': 'The policy asks for a security key. Sign with one.',
  'api.E_VERIFIERS':
    'The two verifiers do not agree about this signature, so it counts for nothing. Look at the log: journalctl -u felhom-agent.',
  'signer.E_AGENT_NONE':
    'No ssh-agent here. Reconnect with ssh -A (sudo drops it: use sudo --preserve-env=SSH_AUTH_SOCK), or sign on the laptop or offline.',
  'signer.E_AGENT_GONE':
    'The ssh-agent is gone: the connection that forwarded it has ended. Reconnect with ssh -A.',
  'signer.E_AGENT_PERMISSION':
    'The ssh-agent belongs to somebody else. Open the console as the one who logged in.',
  'signer.E_AGENT_EMPTY':
    'The ssh-agent shows no keys: it has none, or is locked. On the laptop: ssh-add KEY, or ssh-add -X to unlock it.',
  'signer.E_AGENT_NO_SIGNER':
    'The ssh-agent has keys, and none of them may approve here. On the laptop: ssh-add KEY, with the key of an allowed signer.',
  'signer.E_AGENT_REFUSED':
    'The ssh-agent refused to sign: it was not confirmed, or the key was added for other hosts only (ssh-add -h).',
  'signer.E_AGENT_TIMEOUT':
    'The ssh-agent did not answer in time. It may wait for a touch or a confirmation on the laptop.',
  'signer.E_AGENT_CANCELLED': 'Signing was given up. Nothing was handed in.',
  'signer.E_AGENT_PROTOCOL':
    'The ssh-agent answered what is no answer. Sign on the laptop instead: felhom op bytes ID.',
} as const;
