#!/bin/busybox sh
# The guest's first process: what any Linux mounts, the modules that cannot be asked for by name, then the jobs.
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sys /sys
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox ln -s /proc/self/fd /dev/fd
/bin/busybox ln -s /proc/self/fd/0 /dev/stdin
/bin/busybox mount -t tmpfs tmp /tmp
/bin/busybox mount -t tmpfs run /run
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
/bin/busybox sysctl -qw kernel.printk='4 4 1 7'
for module in virtio_pci virtio_console br_netfilter nf_conntrack nf_conntrack_netlink tun ip_vs; do /sbin/modprobe "$module"; done
exec /usr/bin/python3 -B -S -E -s /lab/serve.py
