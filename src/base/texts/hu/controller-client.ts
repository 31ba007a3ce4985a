// Amit a vendég vezérlőjéhez vezető út mond, amit az ügynöktől eltérően utasít el, és amit az orvos talál
// nála. Magyarul.
import type { controllerClient as english } from '../en/controller-client.ts';

export const controllerClient = {
  'source.no-controller': 'Ezen a gépen nyoma sincs vezérlőnek.',
  'source.no-controller.hint':
    'A vezérlő vendégben fut. Ha máshol vannak az adatai, add meg a foglalatát: --controller ÚTVONAL.',
  'controller.silent': 'A vendég vezérlője nem válaszol: {reason}.',
  'controller.silent.hint': 'Nézd meg, fut-e: docker ps -a; docker logs --tail 50 felhom-controller.',
  'controller.closed.hint': 'A foglalata csak a rooté.',
  'controller.E_BAD_REQUEST':
    'A vezérlő nem érti a kérést. Talán más verziójú a két oldal: hasonlítsd össze mindkettőn: felhom --version.',
  'controller.E_TOKEN':
    'Az API-token hiányzik vagy hibás. A vezérlő adatmappájában, az api-token fájlban van.',
  'controller.E_NO_ROUTE':
    'A vezérlőnek nincs ilyen címe. Talán más verziójú a két oldal: hasonlítsd össze mindkettőn: felhom --version.',
  'controller.E_WORD': 'A beírt szó nem ennek a konténernek a neve. Úgy írd be, ahogy a lista mutatja.',
  'controller.E_BUG': 'A vezérlő hibázott. A naplója többet mond: docker logs --tail 50 felhom-controller.',
  'controller.E_STORE':
    'A vezérlő nem tudja írni a naplóját vagy az emlékezetét, ezért semmi sem történt. Szabadíts fel helyet az adatmappája lemezén, majd próbáld újra.',
  'controller.E_NOT_READY': 'A vezérlő erre még nem kész. Próbáld újra egy pillanat múlva.',
  'controller.E_PENDING_SIGNATURE':
    'Az eszközön adat van, vagy használatban van. Formázni csak egy operátor aláírásával lehet, a gazdagépen; a kérés ott függő műveletként megmarad. Semmi sem változott.',
  'option.controller': 'a vendég vezérlőjének foglalata, ha magától nem található',
  'rule.controller-silent.title': 'Nem válaszol a vezérlő',
  'rule.controller-silent.what': 'A vendég vezérlője nem válaszol',
  'rule.controller-silent.evidence': '{place}: {code} {detail}',
  'rule.controller-silent.container': '{name} konténer: {status}',
  'rule.controller-silent.cause':
    'Leállt vagy lefagyott. Amíg nem válaszol, senki sem hozza vissza, ami ebben a vendégben leáll, és innen semmi sem módosítható.',
  'rule.controller-silent.cure':
    'Nézd meg, miért, aztán indítsd újra: docker ps -a --filter name=felhom-controller; docker logs --tail 50 felhom-controller; docker start felhom-controller',
  'rule.base-stack.title': 'Az alapcsomag nem olyan, amilyennek lennie kell',
  'rule.base-stack.what': '{text}',
  'rule.base-stack.what.paused': '{name} szándékosan áll eddig: {moment}',
  'rule.base-stack.issue': '{code}: {text}',
  'rule.base-stack.issue.again': '{code}: {text}; {count} egymást követő vizsgálat is látta',
  'rule.base-stack.service': '{name}: {state}; {cause}',
  'rule.base-stack.pause': 'szünetel eddig: {moment}, kérte: {who}, ok: {reason}',
  'rule.base-stack.blocked': 'addig semmi sem történik: {why}',
  'rule.base-stack.cause.heals': 'A vezérlő tud róla, és magától helyrehozza, amennyire tudja.',
  'rule.base-stack.cause.stays': 'A vezérlő megtalálta, de magától nem tudja helyrehozni.',
  'rule.base-stack.cause.paused': 'Valaki szándékosan tartja leállítva; a szünet végén magától visszajön.',
  'rule.base-stack.cure': 'Minden az okaival együtt: felhom base status; felhom base plan',
  'rule.base-stack.cure.heals': 'Nézd meg újra egy perc múlva: {hint}. Lásd még: felhom base status',
  'rule.base-stack.cure.hint': '{hint}. Lásd még: felhom base status',
  'rule.base-stack.cure.paused': 'Ha kész a munka, engedd el: felhom base resume {name}',
} as const satisfies Record<keyof typeof english, string>;
