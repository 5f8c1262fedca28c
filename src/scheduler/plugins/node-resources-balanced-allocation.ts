/**
 * NodeResourcesBalancedAllocation: nodes whose cpu and memory would be used in like measure score higher
 * (pkg/scheduler/framework/plugins/noderesources balanced_allocation.go). A pod that requests neither is not scored.
 */
import { type Plugin, SCORE_MAX } from '../plugin.js';
import { podRequests } from '../resources.js';

export const nodeResourcesBalancedAllocation: Plugin = {
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,
  score({ spec }, _, nodes) {
    const { cpu, memory } = podRequests(spec);
    if (cpu === 0 && memory === 0) return undefined;
    return nodes.map(({ allocatable, used }) => {
      if (allocatable.cpu === 0 || allocatable.memory === 0) return SCORE_MAX;
      const ofCpu = Math.min(1, (used.cpu + cpu) / allocatable.cpu);
      const ofMemory = Math.min(1, (used.memory + memory) / allocatable.memory);
      return Math.trunc((1 - Math.abs((ofCpu - ofMemory) / 2)) * SCORE_MAX);
    });
  },
};
