/** MAC addresses as 48-bit integers (exact in a double); text only at the edges. */
export type Mac = number;

export const BROADCAST_MAC: Mac = 0xffffffffffff;

/** `aa:bb:cc:dd:ee:ff` → integer, or undefined. */
export function parseMac(text: string): Mac | undefined {
  return /^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$/.test(text) ? Number.parseInt(text.replaceAll(':', ''), 16) : undefined;
}

export function formatMac(mac: Mac): string {
  return mac
    .toString(16)
    .padStart(12, '0')
    .replace(/..(?=.)/g, '$&:');
}

/** The group bit of the first octet: broadcast and multicast frames. */
export function isGroupMac(mac: Mac): boolean {
  return (Math.floor(mac / 0x10000000000) & 1) === 1;
}
