// What signatures are refused for, and why an ssh-agent does not sign, each with the way out. Hungarian.
import type { signing as english } from '../en/signing.ts';

export const signing = {
  'api.E_OP_BYTES':
    'Ezek a bájtok így nem kérhetők vagy nem írhatók alá: még nem készültek, vagy azóta újak készültek. Kérd újra: felhom op bytes ID.',
  'api.E_OP_EXPIRED':
    'Ezeknek a bájtoknak az aláírási ideje lejárt. Kérj újakat, és azokat írd alá: felhom op bytes ID --renew.',
  'api.E_OP_HOST':
    'Ezek a bájtok másik géphez készültek, vagy ehhez, mielőtt lemásolták vagy újratelepítették. Kérj újakat: felhom op bytes ID --renew.',
  'api.E_OP_ROLE':
    'Az aláíró aláírhat, de ilyen műveletet nem. Olyan írja alá, akit a policy.yaml jóváhagyónak nevez.',
  'api.E_APPROVAL_LOST':
    'A jóváhagyás már nem érvényes: egy kulcsot visszavontak, a bájtok lejártak, vagy a szabályok változtak. Semmi sem íródott. Írd alá újra: felhom op bytes ID.',
  'api.E_TRUST':
    'A fájlokban, amelyek megmondják, ki írhat alá, nem lehet megbízni, ezért senki sem írhat alá. Hogy mi a baj, megmondja: felhom signers check.',
  'api.E_INSTALL_CHANGED':
    'Ez a gép nem az a telepítés, ami volt: talán másolat. Ha ez így jó, a root mondja ki: felhom host accept-install.',
  'api.E_SIG_TOO_LARGE':
    'Ez aláírásnak túl nagy. Azt a .sig fájlt add be, amit az ssh-keygen -Y sign írt, és semmi mást.',
  'api.E_SIG_ARMOR':
    'Ez nem aláírás. A teljes szöveget add be a BEGIN SSH SIGNATURE sortól az END SSH SIGNATURE sorig, egyszer, és semmi mást.',
  'api.E_SIG_MALFORMED': 'Az aláírás sérült: a részei nem illenek össze. Másold át újra, vagy írd alá újra.',
  'api.E_SIG_VERSION':
    'Az aláírás itt ismeretlen verziójú. Az OpenSSH 8.2 vagy újabb ssh-keygen programjával írd alá.',
  'api.E_SIG_NAMESPACE': 'Másra szóló aláírás: -n op-approval.v1@felhom.eu kell hozzá.',
  'api.E_SIG_HASH':
    'Olyan hash-sel írták alá, amit itt nem fogadunk el. Írd alá a sima ssh-keygen -Y sign paranccsal vagy -O hashalg=sha512 kapcsolóval.',
  'api.E_SIG_ALGORITHM':
    'Olyan algoritmussal írták alá, amit itt nem fogadunk el, például SHA-1-gyel és RSA-val. Írd alá az ssh-keygen -Y sign paranccsal.',
  'api.E_SIG_BAD':
    'Az aláírás nem ezekhez a bájtokhoz tartozik. Pontosan úgy írd alá őket, ahogy megjelentek, semmit hozzá nem téve vagy változtatva.',
  'api.E_KEY_TYPE':
    'Ilyen fajta kulcsot itt nem fogadunk el. Ed25519, ECDSA, legalább 3072 bites RSA vagy biztonsági kulcs kell.',
  'api.E_KEY_WEAK': 'A kulcs túl rövid. Ed25519 vagy legalább 3072 bites RSA kell.',
  'api.E_KEY_UNKNOWN':
    'Az aláíró kulcs nincs a gép engedélyezett aláírói között. Használj másikat, vagy a root vegye fel.',
  'api.E_KEY_REVOKED': 'Az aláíró kulcsot visszavonták. Használj másikat.',
  'api.E_KEY_EXPIRED':
    'Az aláíró kulcs engedélye lejárt. A root újítsa meg a sorát az allowed_signers fájlban.',
  'api.E_KEY_NOT_YET':
    'Az aláíró kulcs csak későbbtől engedélyezett. Várj, vagy a root változtassa meg a sorát az allowed_signers fájlban.',
  'api.E_KEY_NAMESPACE':
    'Az aláíró kulcs csak másra engedélyezett. A root vegye fel a sorába az op-approval.v1@felhom.eu nevet az allowed_signers fájlban.',
  'api.E_KEY_ON_HOST':
    'A kulcs titkos fele éppen ezen a gépen van, amely így maga is aláírhatna. Olyan kulcsot használj, amit máshol őriznek.',
  'api.E_CERTIFICATE':
    'Tanúsítvánnyal írták alá, amit itt még nem fogadunk el. A sima kulccsal írd alá: ssh-keygen -Y sign -f KULCS.',
  'api.E_SK_FLAGS':
    'A biztonsági kulcs olyat mondott, amit nem mondhat. Írd alá újra; ha így marad, a kulcs vagy a szoftvere hibás.',
  'api.E_SK_APPLICATION':
    'A biztonsági kulcs nem ssh-hoz készült. Olyat használj, amit az ssh-keygen készített.',
  'api.E_SK_TOUCH':
    'A biztonsági kulcsot nem érintették meg. Írd alá újra, és érintsd meg, amikor villog; no-touch-required kulcsot nem fogadunk el.',
  'api.E_SK_PIN':
    'A szabályzat a biztonsági kulcs PIN-kódját is kéri. Készítsd a kulcsot ssh-keygen -O verify-required kapcsolóval, és írd alá újra.',
  'api.E_SK_REQUIRED': 'A szabályzat biztonsági kulcsot kér. Azzal írd alá.',
  'api.E_VERIFIERS':
    'A két ellenőrző nem ért egyet erről az aláírásról, ezért nem számít. Nézd meg a naplót: journalctl -u felhom-agent.',
  'signer.E_AGENT_NONE':
    'Nincs itt ssh-agent. Csatlakozz újra így: ssh -A (a sudo eldobja: sudo --preserve-env=SSH_AUTH_SOCK), vagy írd alá a laptopon vagy hálózat nélkül.',
  'signer.E_AGENT_GONE':
    'Az ssh-agent eltűnt: véget ért a kapcsolat, amely továbbította. Csatlakozz újra így: ssh -A.',
  'signer.E_AGENT_PERMISSION':
    'Az ssh-agent valaki másé. Annak a nevében nyisd meg a konzolt, aki bejelentkezett.',
  'signer.E_AGENT_EMPTY':
    'Az ssh-agent nem mutat kulcsot: nincs benne, vagy le van zárva. A laptopon: ssh-add KULCS, vagy a feloldásához ssh-add -X.',
  'signer.E_AGENT_NO_SIGNER':
    'Az ssh-agentben vannak kulcsok, de itt egyik sem hagyhat jóvá. A laptopon: ssh-add KULCS, egy engedélyezett aláíró kulcsával.',
  'signer.E_AGENT_REFUSED':
    'Az ssh-agent nem írta alá: nem erősítették meg, vagy a kulcsot csak más gépekhez adták hozzá (ssh-add -h).',
  'signer.E_AGENT_TIMEOUT':
    'Az ssh-agent nem válaszolt időben. Talán érintésre vagy megerősítésre vár a laptopon.',
  'signer.E_AGENT_CANCELLED': 'Az aláírás félbemaradt. Semmi sem lett beadva.',
  'signer.E_AGENT_PROTOCOL':
    'Az ssh-agent válasza nem válasz. Írd alá inkább a laptopon: felhom op bytes ID.',
} as const satisfies Record<keyof typeof english, string>;
