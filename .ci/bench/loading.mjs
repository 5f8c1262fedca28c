/** Rules as iptables-save prints them: from the text to compiled tables, every chain and rule. In a process of its own, nothing warm. */
import { loadEngine } from './engine.mjs';

const SERVICES = 10_000;

/** Eight rules for each Service, and chains of its own, as kube-proxy writes them. */
function rulesText() {
  const names = Array.from({ length: SERVICES }, (_, i) => i.toString(36).toUpperCase().padStart(16, 'X'));
  const lines = ['*nat', ':PREROUTING ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ':POSTROUTING ACCEPT [0:0]', ':KUBE-MARK-MASQ - [0:0]', ':KUBE-SERVICES - [0:0]'];
  for (const name of names) for (const chain of [`KUBE-SVC-${name}`, `KUBE-SEP-${name}A`, `KUBE-SEP-${name}B`]) lines.push(`:${chain} - [0:0]`);
  lines.push('-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES');
  lines.push('-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000');
  for (const [i, name] of names.entries()) lines.push(...serviceRules(i, name));
  lines.push('COMMIT');
  return { text: `${lines.join('\n')}\n`, rules: lines.filter((line) => line.startsWith('-A')).length };
}

function serviceRules(i, name) {
  const ip = `10.${96 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`;
  const comment = `-m comment --comment "default/s${i}:http cluster IP"`;
  const [a, b] = [`10.244.${i & 255}.${(i >> 8) + 2}`, `10.245.${i & 255}.${(i >> 8) + 2}`];
  const sep = (letter, to) => [
    `-A KUBE-SEP-${name}${letter} -s ${to}/32 -m comment --comment "default/s${i}:http" -j KUBE-MARK-MASQ`,
    `-A KUBE-SEP-${name}${letter} -p tcp -m comment --comment "default/s${i}:http" -m tcp -j DNAT --to-destination ${to}:8080`,
  ];
  return [
    `-A KUBE-SERVICES -d ${ip}/32 -p tcp ${comment} -m tcp --dport 80 -j KUBE-SVC-${name}`,
    `-A KUBE-SVC-${name} ! -s 10.244.0.0/16 -d ${ip}/32 -p tcp ${comment} -m tcp --dport 80 -j KUBE-MARK-MASQ`,
    `-A KUBE-SVC-${name} -m comment --comment "default/s${i}:http -> ${a}:8080" -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-${name}A`,
    `-A KUBE-SVC-${name} -m comment --comment "default/s${i}:http -> ${b}:8080" -j KUBE-SEP-${name}B`,
    ...sep('A', a),
    ...sep('B', b),
  ];
}

export async function measureLoading() {
  const { readIptables, compileChain } = await loadEngine();
  const { text, rules } = rulesText();
  const start = performance.now();
  const cpu = process.cpuUsage();
  const ruleset = readIptables(text, 'bench');
  const read = performance.now();
  for (const [table, chains] of ruleset.tables) for (const chain of chains.values()) compileChain(chain, table);
  const { user, system } = process.cpuUsage(cpu);
  return { rules, readMs: read - start, compileMs: performance.now() - read, cpuMs: (user + system) / 1000 };
}

if (process.argv[2] === 'loading') console.log(JSON.stringify(await measureLoading()));
