# shellcheck shell=bash
# The DNS of each cluster: CoreDNS as k3s or kubeadm configure it, and what kubelet does for it, which is to make files
# of ConfigMaps.

up_coredns() {
  local r
  for r in "${regions[@]}"; do
    runs "$r-coredns" coredns && runs "$r-cp" kubelet && continue
    local dir=$state/place/$r-coredns
    [[ -s $dir/kubeconfig ]] || account_kubeconfig "$r" kube-system coredns >"$dir/kubeconfig"
    mkdir -p "$dir/volumes"
    spawn "$r-cp" kubelet "$here/kubelet" "$state/place/$r-cp/admin.kubeconfig" "$dir/volumes"
    await 30 "the Corefile of $r" test -s "$dir/volumes/coredns/Corefile"
    start_coredns "$r"
    say "CoreDNS of $r: as in ${coredns_kind[$r]}"
  done
}

start_coredns() {
  spawn "$1-coredns" coredns env GOMAXPROCS=1 coredns -conf "$state/place/$1-coredns/volumes/coredns/Corefile"
}

coredns_objects() { # REGION
  local r=$1
  cat <<YAML
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: coredns, namespace: kube-system }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: system:coredns }
rules:
  - { apiGroups: [""], resources: [endpoints, services, pods, namespaces], verbs: [list, watch] }
  - { apiGroups: [discovery.k8s.io], resources: [endpointslices], verbs: [list, watch] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: system:coredns }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: system:coredns }
subjects: [{ kind: ServiceAccount, name: coredns, namespace: kube-system }]
---
apiVersion: v1
kind: Service
metadata: { name: kube-dns, namespace: kube-system }
spec:
  clusterIP: $(cluster_dns "$r")
  selector: { k8s-app: kube-dns }
  ports: [{ name: dns, port: 53, protocol: UDP }, { name: dns-tcp, port: 53, protocol: TCP }]
$(slice "$r" kube-system kube-dns dns-tcp 53 coredns | sed 's/^ports: \[/&{ name: dns, port: 53, protocol: UDP }, /')
---
apiVersion: v1
kind: ConfigMap
metadata: { name: coredns, namespace: kube-system }
data:
  Corefile: |
$(corefile "$r" | sed 's/^/    /')
YAML
}

# As the distributions ship it, but that reload looks every five seconds instead of thirty, to save the tests the time, and that the resolver upstream says of every name that it does not exist.
corefile() {
  local volumes=$state/place/$1-coredns/volumes extra='' custom=''
  if [[ ${coredns_kind[$1]} == k3s ]]; then
    extra="    import $volumes/coredns-custom/*.override"
    custom="import $volumes/coredns-custom/*.server"
  fi
  cat <<COREFILE
.:53 {
    errors
    health :8080
    ready :8181
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        kubeconfig $state/place/$1-coredns/kubeconfig
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
    }
    cache 30
    loop
    reload 5s 2s
    loadbalance
    forward . 127.0.0.1:5300
$extra
}
.:5300 {
    bind 127.0.0.1
    template ANY ANY {
        rcode NXDOMAIN
    }
}
$custom
COREFILE
}
