#!/bin/bash
# Usage: lvs-masquerade.sh add|delete ipv4|ipv6 INTERFACE [sriov]
#
# UDP and SCTP listeners are balanced by IPVS, whose replies must come back through the amphora: what leaves by
# INTERFACE is masqueraded. TCP is HAProxy's, and is kept out of connection tracking. Each interface has chains of its
# own, so that taking one down leaves the others alone; adding twice, or deleting what is not there, does no harm.
#
# Agents since Octavia 14 say `sriov` where the VIP's port has a virtual function: no security group of the host filters
# there, the agent's own rules do, and those need connection tracking of TCP as well.

set -eu
set -o pipefail

usage() {
    echo "Usage: $(basename "$0") add|delete ipv4|ipv6 INTERFACE [sriov]" >&2
    exit 1
}

[ $# -eq 3 ] || [ $# -eq 4 ] || usage
action=$1
version=$2
interface=$3
port=${4:-}

case $action in
    add|delete) ;;
    *) usage ;;
esac
case $version in
    ipv4) family=ip; iptables=iptables ;;
    ipv6) family=ip6; iptables=ip6tables ;;
    *) usage ;;
esac
[[ $interface =~ ^[A-Za-z0-9_.-]+$ ]] || usage
case $port in
    ''|sriov) ;;
    *) usage ;;
esac

nft_add() {
    local table="octavia-$version"
    nft -f - <<RULES
add table $family $table
add chain $family $table masquerade-$interface { type nat hook postrouting priority 100; }
add chain $family $table untracked-in-$interface { type filter hook prerouting priority -300; }
add chain $family $table untracked-out-$interface { type filter hook output priority -300; }
flush chain $family $table masquerade-$interface
flush chain $family $table untracked-in-$interface
flush chain $family $table untracked-out-$interface
add rule $family $table masquerade-$interface oifname "$interface" meta l4proto { udp, sctp } masquerade
$(nft_untracked "$family $table")
RULES
}

nft_untracked() {
    [ "$port" != sriov ] || return 0
    echo "add rule $1 untracked-in-$interface iifname \"$interface\" meta l4proto tcp notrack"
    echo "add rule $1 untracked-out-$interface oifname \"$interface\" meta l4proto tcp notrack"
}

nft_delete() {
    local table="octavia-$version" chain
    for chain in masquerade untracked-in untracked-out; do
        if nft list chain "$family" "$table" "$chain-$interface" > /dev/null 2>&1; then
            nft flush chain "$family" "$table" "$chain-$interface"
            nft delete chain "$family" "$table" "$chain-$interface"
        fi
    done
}

# iptables_rule TABLE RULE...: -C tells whether the rule is there already.
iptables_rule() {
    local table=$1 present=true
    shift
    "$iptables" -t "$table" -C "$@" 2> /dev/null || present=false
    if [ "$action" = add ] && [ "$present" = false ]; then
        "$iptables" -t "$table" -A "$@"
    elif [ "$action" = delete ] && [ "$present" = true ]; then
        "$iptables" -t "$table" -D "$@"
    fi
}

if command -v nft > /dev/null; then
    "nft_$action"
else
    for protocol in udp sctp; do
        iptables_rule nat POSTROUTING -p "$protocol" -o "$interface" -j MASQUERADE
    done
    if [ "$action" = delete ] || [ "$port" != sriov ]; then
        iptables_rule raw PREROUTING -p tcp -i "$interface" -j NOTRACK
        iptables_rule raw OUTPUT -p tcp -o "$interface" -j NOTRACK
    fi
fi
