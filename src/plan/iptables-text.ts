/** iptables as text: what iptables-restore reads and iptables-save prints. */
export { readIptables } from './iptables/read-iptables.js';
export { type IptablesForm, writeIptables } from './iptables/write-iptables.js';
