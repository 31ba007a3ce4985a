// What the agent says no with, by its code, each with the way out. Hungarian.
import type { api as english } from '../en/api.ts';

export const api = {
  'api.E_BAD_REQUEST':
    'Az ügynök nem érti a kérést. Talán más verziójú az ügyfél és az ügynök: hasonlítsd össze mindkét oldalon: felhom --version.',
  'api.E_TOKEN':
    'A token hiányzik, ismeretlen vagy visszavont. Készíts újat a gazdagépen: felhom tokens mint --vmid N --out FÁJL.',
  'api.E_FORBIDDEN':
    'Ezt innen nem lehet kérni. Ami másik vendégé vagy csak a rooté, azt nekik kell kérniük.',
  'api.E_PENDING_SIGNATURE':
    'Az eszközön adat van, vagy használatban van. Formázni csak egy operátor aláírásával lehet; a kérés függő műveletként megmarad. Semmi sem változott.',
  'api.E_NO_ROUTE':
    'Az ügynöknek nincs ilyen címe. Talán más verziójú az ügyfél és az ügynök: hasonlítsd össze mindkét oldalon: felhom --version.',
  'api.E_NO_SUCH': 'Ilyen itt nincs, vagy közben eltávolították. Nézd meg újra a listát.',
  'api.E_METHOD': 'A cím létezik, de nem az ilyen fajta kérésnek. Talán más verziójú az ügyfél és az ügynök.',
  'api.E_TIMEOUT': 'A kérés nem érkezett meg időben. Próbáld újra jobb kapcsolaton.',
  'api.E_OP_STATE': 'A jelenlegi állapotában ez nem tehető meg vele. Nézd meg újra: felhom op list.',
  'api.E_OP_OPEN':
    'Ezen a lemezen egy másik művelet van nyitva. Várd meg a végét, vagy utasítsd el a gazdagépen: felhom op deny ID.',
  'api.E_OP_LIMIT':
    'Ebből már túl sok van nyitva. Várd meg egynek a végét, utasítsd el vagy vond vissza, aztán kérd újra.',
  'api.E_TOO_LARGE': 'A kérés túl nagy. Küldj egyszerre kevesebbet.',
  'api.E_DEVICE_UNKNOWN':
    'Nincs ilyen eszköz. Pontosan úgy nevezd meg, ahogy a felhom disks list mutatja: az útvonalával vagy a tartós azonosítójával.',
  'api.E_DEVICE_BARRED':
    'Ezen az eszközön semmilyen művelet nem lehetséges. Hogy mi az akadálya, megmondja: felhom disks inspect ESZKÖZ.',
  'api.E_FSTYPE': 'Ilyen fájlrendszer itt nem készíthető. Lehetséges: ext4, xfs és btrfs.',
  'api.E_WORD': 'A beírt szó nem az, amelyik hozzá tartozik. Pontosan úgy írd be, ahogyan látható.',
  'api.E_DEVICE_HELD':
    'Az eszköz használatban van, semmi sem változott. Szabadítsd fel (felhom disks release ESZKÖZ), aztán futtasd újra a műveletet.',
  'api.E_DEVICE_BUSY': 'Ezen a lemezen éppen egy művelet fut. Várd meg a végét: felhom op list.',
  'api.E_NOT_OURS':
    'Ez a konténer nem a miénk: a vezérlő csak azokhoz nyúl, amelyeket ő készített. Használd magát a dockert, vagy adj neki készítéskor eu.felhom.managed=true címkét.',
  'api.E_CROSS_SITE': 'A kérés egy másik weboldalról jött. Semmi sem történt.',
  'api.E_HOST_NAME': 'A vezérlő erre a névre nem felel. Szólítsd localhost néven.',
  'api.E_NOT_CONFIGURED': 'A beállításokból kulcsok hiányoznak. Hogy melyek, megmondja: felhom base status.',
  'api.E_STACKS_FOLDER':
    'A stackek mappája nem az, ami volt, vagy kívül-belül nem ugyanazon az útvonalon van csatolva. Addig semmi sem készül. Lásd: felhom base status.',
  'api.E_PAUSED':
    'Ezt a szolgáltatást valaki szünetelteti. A szünet végén magától visszajön; azonnali indítás: felhom base resume.',
  'api.E_GUEST_STATE': 'A vendég más állapotban van, mint ami ehhez kell. Nézd meg újra: felhom guests.',
  'api.E_GUEST_TOOL': 'A Proxmox megtagadta. Hogy mit mondott, a főkönyvben áll: felhom ledger show.',
  'api.E_AGENT': 'A gazdagép ügynöke nem felel a vezérlőnek.',
  'api.E_DOCKER_REFUSED':
    'A Docker megkapta a kérést, de nem teljesítette. Hogy miért, a szavai mondják; többet mond a docker logs és a docker inspect.',
  'api.E_DOCKER': 'A Docker nem felel. Nézz rá: systemctl status docker.',
  'api.E_RATE': 'Túl sok kérés egyszerre. Várj egy kicsit, aztán próbáld újra.',
  'api.E_BUG': 'Az ügynök hibázott. Többet mond a naplója: journalctl -u felhom-agent.',
  'api.E_STORE':
    'Az ügynök nem tudja kiírni az állapotát, ezért semmi sem történt. Szabadíts fel helyet az állapotmappája lemezén, aztán próbáld újra.',
  'api.E_CLOCK_BACK':
    'A gazdagép óráját visszaállították, ezért semmi sem engedélyezett, ami az időtől függ. Állítsd be jól; ha már jó, a root ezt így mondja meg: felhom host reset-clock.',
  'api.E_NOT_READY': 'Az ügynök erre még nem kész. Próbáld újra egy pillanat múlva.',
  'api.E_DEVICE_CHANGED':
    'Az eszköz nem az, amire az engedély szólt, vagy már nem olyan. Semmi sem íródott rá. Nézd meg a lemezt, és kérd újra.',
  'api.E_NOT_BLANK':
    'Nem nulla bájt került elő: a lemezen adat van. Semmi sem íródott rá. A formázásához aláírás kell.',
  'api.E_QUICK_WIPE':
    'A lemez tartalma több helyen hagyott nyomot, mint amennyit a gyors törlés kinullázhat. Semmi sem íródott rá. Kérd újra, és teljes törlést írj alá.',
  'api.E_DEVICE_GONE': 'Az eszköz közben eltűnt. Nézd meg a kábelét, és hogy be van-e dugva.',
  'api.E_READ': 'Az eszköz nem olvasható. Talán tönkremegy: nézd meg a SMART-értékeit.',
  'api.E_WRITE':
    'Az eszköz nem írható. Talán tönkremegy: nézd meg a SMART-értékeit; ami rajta van, nem használható.',
  'api.E_TOOL':
    'Egy szükséges program hiányzik vagy hibázott. Telepítsd, amit a részlet megnevez, aztán kérd újra.',
  'api.E_MKFS':
    'A fájlrendszer létrehozása nem sikerült. Ami a lemezen van, nem használható; a részlet megmondja, miért.',
  'api.E_VERIFY': 'A formázás után nem az van a lemezen, amit kértek. Ne használd; a lemez talán tönkremegy.',
  'api.E_CANCELLED': 'Valaki leállította.',
  'api.E_INTERRUPTED':
    'Félbeszakadt, mert futás közben leállt az ügynök vagy a gép. Magától semmi sem folytatódik: nézd meg a lemezt, és kérd újra.',
  'api.E_EXPIRED': 'Nem hagyták jóvá időben. Kérd újra.',
} as const satisfies Record<keyof typeof english, string>;
