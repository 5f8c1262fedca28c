// Stages that no random plan of IPv4 on this kernel reaches, and what holds them to Linux instead.
export const UNREACHED = new Map();
