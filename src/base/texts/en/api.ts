// What the agent says no with, by its code, each with the way out. English.

export const api = {
  'api.E_BAD_REQUEST':
    'The agent does not understand the request. Client and agent may be of different versions: compare felhom --version on both sides.',
  'api.E_TOKEN':
    'The token is missing, unknown or revoked. Mint a new one on the host: felhom tokens mint --vmid N --out FILE.',
  'api.E_FORBIDDEN':
    'This caller may not do that. What belongs to another guest, or to root alone, has to be asked by them.',
  'api.E_PENDING_SIGNATURE':
    'There is data on the device, or it is in use. It can be formatted only with the signature of an operator; the request is kept as a pending operation. Nothing was touched.',
  'api.E_NO_ROUTE':
    'The agent has no such address. Client and agent may be of different versions: compare felhom --version on both sides.',
  'api.E_NO_SUCH': 'There is no such thing here, or it was removed meanwhile. List again what there is.',
  'api.E_METHOD':
    'The address exists, but not for this kind of request. Client and agent may be of different versions.',
  'api.E_TIMEOUT': 'The request did not arrive in time. Try again over a better connection.',
  'api.E_OP_STATE': 'In its present state that cannot be done to it. Look at it again: felhom op list.',
  'api.E_OP_OPEN':
    'Another operation on this disk is open. Let it end, or deny it on the host: felhom op deny ID.',
  'api.E_OP_LIMIT': 'Too many of these are open already. Let one end, deny or revoke it, then ask again.',
  'api.E_TOO_LARGE': 'The request is too large. Send less at once.',
  'api.E_DEVICE_UNKNOWN':
    'No such device. Name it exactly as felhom disks list does: by its path or by its durable id.',
  'api.E_DEVICE_BARRED':
    'No operation is possible on this device. What stands in the way is named by: felhom disks inspect DEVICE.',
  'api.E_FSTYPE': 'This file system cannot be made here. Possible are ext4, xfs and btrfs.',
  'api.E_WORD': 'The typed word is not the one that belongs to it. Type it exactly as it is shown.',
  'api.E_DEVICE_HELD':
    'The device is in use, nothing was changed. Release it (felhom disks release DEVICE), then run the operation again.',
  'api.E_DEVICE_BUSY': 'An operation is running on this disk. Wait for its end: felhom op list.',
  'api.E_NOT_OURS':
    'This container is not ours: the controller made only some of them, and touches no others. Use docker itself, or give it the label eu.felhom.managed=true when it is made.',
  'api.E_CROSS_SITE': "The request came from another web site's page. Nothing was done.",
  'api.E_HOST_NAME': 'The controller does not answer to this name. Ask it by localhost.',
  'api.E_NOT_CONFIGURED': 'Keys of the configuration are missing. Which ones says: felhom base status.',
  'api.E_STACKS_FOLDER':
    'The stacks folder is not the one that it was, or not mounted at the same path in and out. Nothing is created until it is. See felhom base status.',
  'api.E_PAUSED':
    'A person holds this service down. It comes back when the pause ends; to end it now: felhom base resume.',
  'api.E_GUEST_STATE': 'The guest is in another state than this needs. Look again: felhom guests.',
  'api.E_GUEST_TOOL': 'Proxmox refused it. What it said stands in the ledger: felhom ledger show.',
  'api.E_AGENT': 'The agent of the host does not answer the controller.',
  'api.E_DOCKER_REFUSED':
    'Docker was asked, and did not do it. Its words say why; docker logs and docker inspect tell more.',
  'api.E_DOCKER': 'Docker does not answer. Look at it: systemctl status docker.',
  'api.E_RATE': 'Too many requests at once. Wait a little, then try again.',
  'api.E_BUG': 'The agent made a mistake. Its log says more: journalctl -u felhom-agent.',
  'api.E_STORE':
    'The agent cannot write its state, so nothing was done. Make room on the disk of its state folder, then try again.',
  'api.E_CLOCK_BACK':
    'The clock of the host was set back, so nothing that depends on time is allowed. Set it right; if it is right already, root says so: felhom host reset-clock.',
  'api.E_NOT_READY': 'The agent is not ready for that yet. Try again in a moment.',
  'api.E_DEVICE_CHANGED':
    'The device is not the one that was agreed to, or not as it was. Nothing was written. Look at the disk and ask again.',
  'api.E_NOT_BLANK':
    'A byte that is not zero was found: there is data on the disk. Nothing was written. Formatting it needs a signature.',
  'api.E_QUICK_WIPE':
    'What lies on the disk left traces in more places than a quick wipe can clear. Nothing was written. Ask again, and sign a full wipe.',
  'api.E_DEVICE_GONE': 'The device went away meanwhile. Check its cable and whether it is plugged in.',
  'api.E_READ': 'The device could not be read. It may be failing: look at its SMART values.',
  'api.E_WRITE':
    'The device could not be written. It may be failing: look at its SMART values; what is on it is not usable.',
  'api.E_TOOL':
    'A program that is needed is missing or failed. Install what the detail names, then ask again.',
  'api.E_MKFS': 'Making the file system failed. What is on the disk is not usable; the detail says why.',
  'api.E_VERIFY':
    'What stands on the disk after the format is not what was asked for. Do not use it; the disk may be failing.',
  'api.E_CANCELLED': 'Somebody stopped it.',
  'api.E_INTERRUPTED':
    'It was interrupted, as the agent or the host stopped while it ran. Nothing goes on by itself: look at the disk and ask again.',
  'api.E_EXPIRED': 'It was not approved in time. Ask again.',
} as const;
