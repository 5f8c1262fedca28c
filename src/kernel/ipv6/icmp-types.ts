/** Types of ICMPv6 (RFC 4443, RFC 4861), and codes of a destination unreachable. */
export const UNREACHABLE6 = 1;
export const PACKET_TOO_BIG = 2;
export const TIME_EXCEEDED6 = 3;
export const PARAMETER_PROBLEM = 4;
export const ECHO_REQUEST6 = 128;
export const ECHO_REPLY6 = 129;
export const NEIGHBOUR_SOLICITATION = 135;
export const NEIGHBOUR_ADVERTISEMENT = 136;
export const REDIRECT6 = 137;

export const NO_ROUTE = 0;
export const ADMIN_PROHIBITED = 1;
export const BEYOND_SCOPE = 2;
export const ADDRESS_UNREACHABLE = 3;
export const PORT_UNREACHABLE = 4;
export const UNKNOWN_NEXT_HEADER = 1;
