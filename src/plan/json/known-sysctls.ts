/**
 * The sysctls of a network namespace, and the values Linux takes for each: every file below /proc/sys/net of a new namespace of 6.18, each written
 * with ever greater and smaller numbers. The range is undefined for what is no single number, or cannot be written there. IPVS' are from
 * Documentation/networking/ipvs-sysctl.rst. A newer kernel may have more.
 */
/** Names with blanks between them. */
export type SysctlGroup = readonly [range: readonly [number, number] | undefined, names: string];

const INT_MIN = -2_147_483_648;
const INT_MAX = 2_147_483_647;
const UINT_MAX = 4_294_967_295;
/** What a number of seconds must not exceed in ticks. */
const SECONDS_MAX = 8_589_934;

/** Below net.ipv4.conf.DEVICE. */
export const DEVICE_SYSCTLS_4: readonly SysctlGroup[] = [
  [
    [INT_MIN, INT_MAX],
    `accept_local accept_redirects accept_source_route arp_accept arp_announce arp_evict_nocarrier arp_filter arp_ignore
    arp_notify bc_forwarding bootp_relay disable_policy disable_xfrm drop_gratuitous_arp drop_unicast_in_l2_multicast
    force_igmp_version forwarding igmpv2_unsolicited_report_interval igmpv3_unsolicited_report_interval
    ignore_routes_with_linkdown log_martians medium_id promote_secondaries proxy_arp proxy_arp_pvlan route_localnet
    rp_filter secure_redirects send_redirects shared_media src_valid_mark tag`,
  ],
  [undefined, `mc_forwarding`],
];

/** Below net.ipv6.conf.DEVICE. */
export const DEVICE_SYSCTLS_6: readonly SysctlGroup[] = [
  [[-1, INT_MAX], `router_solicitations`],
  [
    [INT_MIN, INT_MAX],
    `accept_dad accept_ra accept_ra_defrtr accept_ra_from_local accept_ra_min_hop_limit accept_ra_min_lft accept_ra_mtu
    accept_ra_pinfo accept_ra_rt_info_max_plen accept_ra_rt_info_min_plen accept_ra_rtr_pref accept_redirects
    accept_source_route autoconf dad_transmits disable_ipv6 disable_policy drop_unicast_in_l2_multicast
    drop_unsolicited_na enhanced_dad force_mld_version force_tllao forwarding ignore_routes_with_linkdown
    keep_addr_on_down max_addresses max_desync_factor ndisc_notify optimistic_dad proxy_ndp regen_max_retry
    regen_min_advance seg6_enabled seg6_require_hmac suppress_frag_ndisc temp_prefered_lft temp_valid_lft
    use_oif_addrs_only use_optimistic use_tempaddr`,
  ],
  [
    [-SECONDS_MAX, SECONDS_MAX],
    `router_probe_interval router_solicitation_delay router_solicitation_interval router_solicitation_max_interval`,
  ],
  [[0, 1], `force_forwarding ioam6_enabled ndisc_evict_nocarrier ra_honor_pio_life ra_honor_pio_pflag rpl_seg_enabled`],
  [[0, 2], `accept_untracked_na`],
  [[0, 255], `ndisc_tclass`],
  [[0, 3], `addr_gen_mode`],
  [[0, UINT_MAX], `ioam6_id_wide mldv1_unsolicited_report_interval mldv2_unsolicited_report_interval`],
  [[0, 65_535], `ioam6_id`],
  [[1, 255], `hop_limit`],
  [[1, UINT_MAX], `ra_defrtr_metric`],
  [[1280, INT_MAX], `mtu`],
  [undefined, `mc_forwarding`],
];

/** Below net.ipv4.neigh.DEVICE and net.ipv6.neigh.DEVICE. */
export const NEIGH_SYSCTLS: readonly SysctlGroup[] = [
  [
    [0, INT_MAX],
    `anycast_delay app_solicit base_reachable_time base_reachable_time_ms delay_first_probe_time gc_stale_time
    interval_probe_time_ms locktime mcast_resolicit mcast_solicit proxy_delay proxy_qlen retrans_time retrans_time_ms
    ucast_solicit unres_qlen unres_qlen_bytes`,
  ],
];

/** Below net. */
export const SYSCTLS: readonly SysctlGroup[] = [
  [
    [INT_MIN, INT_MAX],
    `bridge.bridge-nf-call-arptables bridge.bridge-nf-call-ip6tables bridge.bridge-nf-call-iptables
    bridge.bridge-nf-filter-pppoe-tagged bridge.bridge-nf-filter-vlan-tagged bridge.bridge-nf-pass-vlan-input-dev
    core.xfrm_acq_expires core.xfrm_larval_drop ipv4.icmp_ratemask ipv4.igmp_max_memberships ipv4.igmp_max_msf
    ipv4.ip_forward ipv4.route.min_adv_mss ipv4.tcp_base_mss ipv4.tcp_challenge_ack_limit ipv4.tcp_fastopen
    ipv4.tcp_limit_output_bytes ipv4.tcp_max_syn_backlog ipv4.tcp_max_tw_buckets ipv4.tcp_probe_threshold
    ipv4.xfrm4_gc_thresh ipv6.idgen_retries ipv6.max_dst_opts_length ipv6.max_dst_opts_number ipv6.max_hbh_length
    ipv6.max_hbh_opts_number ipv6.route.gc_elasticity ipv6.route.gc_thresh ipv6.route.max_size ipv6.route.min_adv_mss
    ipv6.seg6_flowlabel ipv6.xfrm6_gc_thresh unix.max_dgram_qlen`,
  ],
  [[-31, 31], `ipv4.tcp_adv_win_scale`],
  [
    [-SECONDS_MAX, SECONDS_MAX],
    `ipv4.ipfrag_time ipv4.route.mtu_expires ipv4.tcp_fin_timeout ipv4.tcp_keepalive_intvl ipv4.tcp_keepalive_time
    ipv6.idgen_delay ipv6.ip6frag_time ipv6.route.gc_interval ipv6.route.gc_min_interval ipv6.route.gc_timeout
    ipv6.route.mtu_expires mptcp.add_addr_timeout mptcp.close_timeout netfilter.nf_conntrack_frag6_timeout
    netfilter.nf_conntrack_generic_timeout netfilter.nf_conntrack_gre_timeout netfilter.nf_conntrack_gre_timeout_stream
    netfilter.nf_conntrack_icmp_timeout netfilter.nf_conntrack_icmpv6_timeout netfilter.nf_conntrack_sctp_timeout_closed
    netfilter.nf_conntrack_sctp_timeout_cookie_echoed netfilter.nf_conntrack_sctp_timeout_cookie_wait
    netfilter.nf_conntrack_sctp_timeout_established netfilter.nf_conntrack_sctp_timeout_heartbeat_sent
    netfilter.nf_conntrack_sctp_timeout_shutdown_ack_sent netfilter.nf_conntrack_sctp_timeout_shutdown_recd
    netfilter.nf_conntrack_sctp_timeout_shutdown_sent netfilter.nf_conntrack_tcp_timeout_close
    netfilter.nf_conntrack_tcp_timeout_close_wait netfilter.nf_conntrack_tcp_timeout_established
    netfilter.nf_conntrack_tcp_timeout_fin_wait netfilter.nf_conntrack_tcp_timeout_last_ack
    netfilter.nf_conntrack_tcp_timeout_max_retrans netfilter.nf_conntrack_tcp_timeout_syn_recv
    netfilter.nf_conntrack_tcp_timeout_syn_sent netfilter.nf_conntrack_tcp_timeout_time_wait
    netfilter.nf_conntrack_tcp_timeout_unacknowledged netfilter.nf_conntrack_udp_timeout
    netfilter.nf_conntrack_udp_timeout_stream`,
  ],
  [
    [0, 1],
    `core.tstamp_allow_data core.txrehash ipv4.fib_multipath_use_neigh ipv4.icmp_echo_enable_probe
    ipv4.icmp_echo_ignore_all ipv4.icmp_echo_ignore_broadcasts ipv4.icmp_errors_use_inbound_ifaddr
    ipv4.icmp_ignore_bogus_error_responses ipv4.ip_autobind_reuse ipv4.ip_forward_update_priority ipv4.nexthop_compat_mode
    ipv4.raw_l3mdev_accept ipv4.tcp_autocorking ipv4.tcp_backlog_ack_defer ipv4.tcp_ecn_fallback ipv4.tcp_l3mdev_accept
    ipv4.tcp_migrate_req ipv4.tcp_no_ssthresh_metrics_save ipv4.tcp_plb_enabled ipv4.tcp_reflect_tos
    ipv4.tcp_shrink_window ipv4.udp_l3mdev_accept ipv6.icmp.error_anycast_as_unicast ipv6.route.skip_notify_on_dev_down
    mptcp.allow_join_initial_addr_port mptcp.checksum_enabled mptcp.enabled mptcp.pm_type netfilter.nf_conntrack_acct
    netfilter.nf_conntrack_checksum netfilter.nf_conntrack_tcp_be_liberal netfilter.nf_conntrack_tcp_ignore_invalid_rst
    netfilter.nf_conntrack_tcp_loose netfilter.nf_conntrack_timestamp`,
  ],
  [[0, 1000], `ipv4.tcp_pacing_ca_ratio ipv4.tcp_pacing_ss_ratio`],
  [[0, 127], `ipv4.tcp_syn_linear_timeouts`],
  [[0, 16_777_215], `ipv6.ioam6_id`],
  [[0, 16_777_216], `ipv4.tcp_child_ehash_entries`],
  [[0, 17_179_869], `ipv4.tcp_probe_interval`],
  [
    [0, 2],
    `ipv4.fib_notify_on_flag_change ipv4.tcp_ecn ipv4.tcp_ecn_option ipv4.tcp_tw_reuse ipv6.fib_notify_on_flag_change
    netfilter.nf_conntrack_events`,
  ],
  [
    [0, INT_MAX],
    `core.optmem_max core.somaxconn ipv4.icmp_msgs_burst ipv4.icmp_msgs_per_sec ipv4.ipfrag_max_dist
    ipv4.tcp_fastopen_blackhole_timeout_sec mptcp.blackhole_timeout`,
  ],
  [
    [0, 255],
    `ipv4.fwmark_reflect ipv4.igmp_link_local_mcast_reports ipv4.ip_dynaddr ipv4.ip_early_demux ipv4.ip_forward_use_pmtu
    ipv4.ip_no_pmtu_disc ipv4.ip_nonlocal_bind ipv4.tcp_abort_on_overflow ipv4.tcp_comp_sack_nr ipv4.tcp_dsack
    ipv4.tcp_early_demux ipv4.tcp_fack ipv4.tcp_frto ipv4.tcp_fwmark_accept ipv4.tcp_keepalive_probes
    ipv4.tcp_moderate_rcvbuf ipv4.tcp_mtu_probing ipv4.tcp_no_metrics_save ipv4.tcp_orphan_retries
    ipv4.tcp_plb_suspend_rto_sec ipv4.tcp_recovery ipv4.tcp_retrans_collapse ipv4.tcp_retries1 ipv4.tcp_retries2
    ipv4.tcp_rfc1337 ipv4.tcp_sack ipv4.tcp_slow_start_after_idle ipv4.tcp_stdurg ipv4.tcp_synack_retries
    ipv4.tcp_syncookies ipv4.tcp_thin_linear_timeouts ipv4.tcp_timestamps ipv4.tcp_tso_rtt_log ipv4.tcp_tso_win_divisor
    ipv4.tcp_window_scaling ipv4.tcp_workaround_signed_windows ipv4.udp_early_demux ipv6.anycast_src_echo_reply
    ipv6.bindv6only ipv6.flowlabel_consistency ipv6.flowlabel_state_ranges ipv6.fwmark_reflect ipv6.icmp.echo_ignore_all
    ipv6.icmp.echo_ignore_anycast ipv6.icmp.echo_ignore_multicast ipv6.ip_nonlocal_bind
    mptcp.syn_retrans_before_tcp_fallback netfilter.nf_conntrack_log_invalid netfilter.nf_conntrack_tcp_max_retrans`,
  ],
  [[0, 256], `ipv4.tcp_plb_cong_thresh`],
  [
    [0, 3],
    `core.rps_default_mask ipv4.fib_multipath_hash_policy ipv4.tcp_ecn_option_beacon ipv6.auto_flowlabels
    ipv6.fib_multipath_hash_policy`,
  ],
  [[0, 31], `ipv4.tcp_app_win ipv4.tcp_plb_idle_rehash_rounds ipv4.tcp_plb_rehash_rounds`],
  [[0, 4], `ipv4.tcp_early_retrans`],
  [
    [0, UINT_MAX],
    `core.xfrm_aevent_etime core.xfrm_aevent_rseqth ipv4.fib_multipath_hash_seed ipv4.icmp_ratelimit
    ipv4.ipfrag_high_thresh ipv4.ipfrag_low_thresh ipv4.tcp_comp_sack_delay_ns ipv4.tcp_comp_sack_slack_ns
    ipv4.tcp_invalid_ratelimit ipv4.tcp_notsent_lowat ipv6.icmp.ratelimit ipv6.ioam6_id_wide ipv6.ip6frag_high_thresh
    ipv6.ip6frag_low_thresh ipv6.route.gc_min_interval_ms mptcp.stale_loss_cnt netfilter.nf_conntrack_frag6_high_thresh
    netfilter.nf_conntrack_frag6_low_thresh`,
  ],
  [[0, 65_535], `ipv4.ip_unprivileged_port_start`],
  [[0, 65_536], `ipv4.udp_child_hash_entries`],
  [[0, 7], `ipv6.flowlabel_reflect`],
  [[0, 86_400], `ipv4.tcp_min_rtt_wlen`],
  [[1, 1], `netfilter.nf_hooks_lwtunnel`],
  [[1, 127], `ipv4.tcp_syn_retries`],
  [[1, INT_MAX], `ipv4.igmp_qrv ipv4.tcp_max_reordering ipv4.tcp_rto_min_us ipv4.udp_rmem_min ipv4.udp_wmem_min`],
  [[1, 255], `ipv4.ip_default_ttl ipv4.tcp_min_tso_segs ipv4.tcp_pingpong_thresh`],
  [[1, 300], `ipv4.tcp_reordering`],
  [[1, 4095], `ipv4.fib_multipath_hash_fields ipv6.fib_multipath_hash_fields`],
  [[1, 60_000], `ipv4.tcp_tw_reuse_delay`],
  [[1000, 120_000], `ipv4.tcp_rto_max_ms`],
  [[48, 65_535], `ipv4.tcp_min_snd_mss ipv4.tcp_mtu_probe_floor`],
  [[68, INT_MAX], `ipv4.route.min_pmtu`],
  [
    undefined,
    `core.rmem_default core.rmem_max core.wmem_default core.wmem_max ipv4.ip_local_port_range ipv4.ip_local_reserved_ports
    ipv4.ping_group_range ipv4.tcp_allowed_congestion_control ipv4.tcp_available_congestion_control
    ipv4.tcp_congestion_control ipv4.tcp_ehash_entries ipv4.tcp_fastopen_key ipv4.tcp_rmem ipv4.tcp_wmem
    ipv4.udp_hash_entries ipv6.icmp.ratemask mptcp.available_path_managers mptcp.available_schedulers mptcp.path_manager
    mptcp.scheduler netfilter.nf_conntrack_buckets netfilter.nf_conntrack_count netfilter.nf_conntrack_expect_max
    netfilter.nf_conntrack_max`,
  ],
];

/** Below net.ipv4.vs. */
export const IPVS_SYSCTLS: readonly SysctlGroup[] = [
  [
    undefined,
    `am_droprate amemthresh backup_only cache_bypass conn_reuse_mode conntrack debug_level drop_entry drop_packet
    est_cpulist est_nice expire_nodest_conn expire_quiescent_template ignore_tunneled nat_icmp_send pmtu_disc
    run_estimation schedule_icmp secure_tcp sloppy_sctp sloppy_tcp snat_reroute sync_persist_mode sync_ports sync_qlen_max
    sync_refresh_period sync_retries sync_sock_size sync_threshold sync_version`,
  ],
];
