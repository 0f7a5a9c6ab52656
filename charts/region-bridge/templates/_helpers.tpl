{{- /* What the objects are called. One release per cluster, so the release's name is not part of it. The Lease of the active gateway
and the labels are region-bridge whatever this says: the bridges and doctor find each other by them. */ -}}
{{- define "region-bridge.name" -}}
{{- .Values.fullnameOverride | default .Values.nameOverride | default "region-bridge" -}}
{{- end -}}

{{- define "region-bridge.selector" -}}
app.kubernetes.io/name: region-bridge
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "region-bridge.labels" -}}
{{ include "region-bridge.selector" . }}
app.kubernetes.io/part-of: region-bridge
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- /* Of Pods: without the chart's version, so that a new chart alone restarts nothing. */ -}}
{{- define "region-bridge.podLabels" -}}
{{ include "region-bridge.selector" . }}
app.kubernetes.io/part-of: region-bridge
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- /* The ServiceAccount of the bridges. */ -}}
{{- define "region-bridge.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (include "region-bridge.name" .) -}}
{{- end -}}

{{- define "region-bridge.image" -}}
{{- with .Values.image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end -}}
{{- end -}}

{{- /* The router label as key and value. */ -}}
{{- define "region-bridge.routerKey" -}}{{ (splitList "=" .Values.router.label) | first }}{{- end -}}
{{- define "region-bridge.routerValue" -}}{{ if contains "=" .Values.router.label }}{{ (splitList "=" .Values.router.label) | last }}{{ end }}{{- end -}}

{{- /* The affinity of a bridge: that of the values, and the router label in each of its terms, which are alternatives. */ -}}
{{- define "region-bridge.affinity" -}}
{{- $label := dict "key" (include "region-bridge.routerKey" .) "operator" "Exists" -}}
{{- if contains "=" .Values.router.label -}}
{{- $label = dict "key" (include "region-bridge.routerKey" .) "operator" "In" "values" (list (include "region-bridge.routerValue" .)) -}}
{{- end -}}
{{- $required := "requiredDuringSchedulingIgnoredDuringExecution" -}}
{{- $affinity := deepCopy (.Values.affinity | default dict) -}}
{{- $node := get $affinity "nodeAffinity" | default dict -}}
{{- $terms := list -}}
{{- range (get (get $node $required | default dict) "nodeSelectorTerms" | default (list dict)) -}}
{{- $terms = append $terms (merge (dict "matchExpressions" (prepend (get . "matchExpressions" | default list) $label)) .) -}}
{{- end -}}
{{- $_ := set $node $required (dict "nodeSelectorTerms" $terms) -}}
{{- toYaml (set $affinity "nodeAffinity" $node) -}}
{{- end -}}

{{- /* The tolerations of a bridge, which the hooks have as well: where a bridge can be, they can. */ -}}
{{- define "region-bridge.tolerations" -}}
- key: {{ include "region-bridge.routerKey" . }}
  operator: Exists
{{- with .Values.tolerations }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "region-bridge.overlayMode" -}}
{{- dig "overlay" "mode" "observe" (.Values.config | default dict) -}}
{{- end -}}

{{- /* "true" if the bridge gets NET_ADMIN. */ -}}
{{- define "region-bridge.netAdmin" -}}
{{- $asked := toString .Values.security.netAdmin -}}
{{- if eq $asked "auto" -}}
{{- eq (include "region-bridge.overlayMode" .) "manage" -}}
{{- else -}}
{{- $asked -}}
{{- end -}}
{{- end -}}

{{- /* dns.drain in whole seconds, rounded up. */ -}}
{{- define "region-bridge.drainSeconds" -}}
{{- $drain := dig "dns" "drain" "5s" (.Values.config | default dict) -}}
{{- $number := regexFind "^[0-9]+" $drain | int -}}
{{- $unit := regexFind "[a-z]+$" $drain -}}
{{- if eq $unit "ms" }}{{ div (add $number 999) 1000 }}{{ else if eq $unit "m" }}{{ mul $number 60 }}{{ else }}{{ $number }}{{ end -}}
{{- end -}}

{{- /* The port of dns.listen; the bridge's own default where nothing is said. */ -}}
{{- define "region-bridge.dnsPort" -}}
{{- $listen := dig "dns" "listen" list (.Values.config | default dict) -}}
{{- $port := "" -}}
{{- with $listen }}{{ $port = regexFind "[0-9]+$" (regexFind "(^[^:]*|\\]):[0-9]+$" (first .)) }}{{ end -}}
{{- $port | default "1053" -}}
{{- end -}}

{{- /* The bridge's configuration, as YAML. */ -}}
{{- define "region-bridge.config" -}}
{{- $name := required "region.name: give this region's short name, such as --set region.name=mn" .Values.region.name -}}
{{- $own := dict -}}
{{- range .Values.regions -}}
{{- if eq .name $name -}}{{- $own = . -}}{{- end -}}
{{- end -}}
{{- $region := dict "name" $name -}}
{{- range $key := list "domain" "podCIDRs" "serviceCIDRs" "aliasRanges" -}}
{{- $value := (index $.Values.region $key) | default (get $own $key) -}}
{{- if $value -}}{{- $_ := set $region $key $value -}}{{- end -}}
{{- end -}}
{{- $config := deepCopy (.Values.config | default dict) -}}
{{- $_ := set $config "region" $region -}}
{{- $kubernetes := dict "enabled" true "routerLabel" .Values.router.label -}}
{{- if ne .Values.coreDNS.forwardTo "nodes" -}}
{{- if not .Values.service.enabled -}}
{{- fail "coreDNS.forwardTo: service needs the Service: set service.enabled to true" -}}
{{- end -}}
{{- $_ := set $kubernetes "forwardTo" .Values.coreDNS.forwardTo -}}
{{- $_ := set $kubernetes "service" (include "region-bridge.name" .) -}}
{{- end -}}
{{- if .Values.netbird.hostNetwork -}}
{{- $_ := set $kubernetes "netbird" .Values.netbird -}}
{{- end -}}
{{- $_ := set $config "kubernetes" $kubernetes -}}
{{- $admin := dict "listen" (printf "127.0.0.1:%d" (int .Values.admin.port)) -}}
{{- if .Values.admin.tokenSecret -}}
{{- $_ := set $admin "tokenFile" "/var/run/region-bridge/token/token" -}}
{{- end -}}
{{- if .Values.admin.tlsSecret -}}
{{- $_ := set $admin "tls" (dict "certificate" "/var/run/region-bridge/tls/tls.crt" "key" "/var/run/region-bridge/tls/tls.key") -}}
{{- end -}}
{{- $_ := set $config "admin" $admin -}}
{{- toYaml $config -}}
{{- end -}}

{{- /* Whether the Multi-Cluster Services API is on. */ -}}
{{- define "region-bridge.multicluster" -}}
{{- if dig "multicluster" "enabled" false (.Values.config | default dict) -}}true{{- end -}}
{{- end -}}

{{- /* How the kubelet asks. */ -}}
{{- define "region-bridge.probe" -}}
port: http
{{- if .Values.admin.tlsSecret }}
scheme: HTTPS
{{- end }}
{{- if eq .Values.admin.address "loopback" }}
host: 127.0.0.1
{{- end }}
{{- end -}}

{{- /* What of the configuration a running bridge cannot take over: a change of it rolls the Pods. Every key counts that is not known
to be live, so a key that is new is safe. */ -}}
{{- define "region-bridge.restartConfig" -}}
{{- $config := include "region-bridge.config" . | fromYaml -}}
{{- $_ := set $config "region" (omit $config.region "podCIDRs" "serviceCIDRs" "aliasRanges") -}}
{{- $dns := omit ($config.dns | default dict) "allow" "upstream" "ttl" "relay" "drain" "maxInflight" "maxInflightPerClient" "tcp" "refusedPerSecond" -}}
{{- if $dns.cache -}}
{{- $cache := omit $dns.cache "maxTtl" "maxNegativeTtl" "serveStale" "prefetch" -}}
{{- $dns = omit $dns "cache" -}}
{{- if $cache -}}{{- $_ := set $dns "cache" $cache -}}{{- end -}}
{{- end -}}
{{- $_ := set $config "dns" $dns -}}
{{- with $config.overlay }}{{- $_ := set $config "overlay" (omit . "nodes") -}}{{ end -}}
{{- omit $config "directory" "egress" "regions" | toJson -}}
{{- end -}}

{{- define "region-bridge.podSecurity" -}}
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- /* Of a container that needs no rights at all. */ -}}
{{- define "region-bridge.unprivileged" -}}
runAsUser: {{ .Values.security.runAsUser }}
runAsGroup: {{ .Values.security.runAsUser }}
runAsNonRoot: true
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- /* Of one that configures the kernel's network: user 0, since Kubernetes gives capabilities to no other, and nothing but NET_ADMIN. */ -}}
{{- define "region-bridge.netAdminSecurity" -}}
runAsUser: 0
runAsGroup: 0
runAsNonRoot: false
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
  add: [NET_ADMIN]
{{- end -}}

{{- /* Variables that every container of the release has. */ -}}
{{- define "region-bridge.env" -}}
- name: NODE_NAME
  valueFrom:
    fieldRef:
      fieldPath: spec.nodeName
- name: NODE_IP
  valueFrom:
    fieldRef:
      fieldPath: status.hostIP
- name: POD_NAMESPACE
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
{{- with .Values.javaOptions }}
- name: REGION_BRIDGE_JAVA_OPTS
  value: {{ . | quote }}
{{- end }}
{{- end -}}

{{- define "region-bridge.pullSecrets" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}

{{- /* The namespace's rules, with Secrets limited to names. */ -}}
{{- /* A rule for Secrets with WireGuard keys, with the name of each router node's. */ -}}
{{- define "region-bridge.keyRule" -}}
{{- $names := .rule.resourceNames -}}
{{- range dig "overlay" "nodes" list (.Values.config | default dict) -}}
{{- $names = append $names (printf "region-bridge-wireguard-%s" .name) -}}
{{- end -}}
{{- toYaml (set (deepCopy .rule) "resourceNames" $names) -}}
{{- end -}}

{{- define "region-bridge.namespaceRules" -}}
{{- $names := .Values.rbac.secretNames -}}
{{- range .Values.regions -}}
{{- if and (ne .name $.Values.region.name) .kubeconfigSecretRef -}}
{{- $names = append $names .kubeconfigSecretRef.name -}}
{{- end -}}
{{- end -}}
{{- $manage := eq (dig "overlay" "mode" "observe" (.Values.config | default dict)) "manage" -}}
{{- $rules := list -}}
{{- range (.Files.Get "rbac-rules.yaml" | fromYaml).namespace -}}
{{- if not (has "secrets" .resources) -}}
{{- $rules = append $rules . -}}
{{- else if .resourceNames -}}
{{- if $manage -}}
{{- $rules = append $rules (include "region-bridge.keyRule" (dict "Values" $.Values "rule" .) | fromYaml) -}}
{{- end -}}
{{- else if has "create" .verbs -}}
{{- if $manage -}}
{{- $rules = append $rules . -}}
{{- end -}}
{{- else if $names -}}
{{- $rules = append $rules (set . "resourceNames" ($names | uniq | sortAlpha)) -}}
{{- end -}}
{{- end -}}
{{- toYaml $rules -}}
{{- end -}}

{{- /* What the chart's CustomResourceDefinition has and the cluster's lacks: the paths of properties, and what is checked of them. */ -}}
{{- define "region-bridge.missing" -}}
{{- $path := .path -}}
{{- $wanted := .wanted -}}
{{- $there := .there | default dict -}}
{{- range $rule := list "type" "format" "pattern" "enum" "minimum" "maximum" "minLength" "maxLength" "minItems" "maxItems" "required" "x-kubernetes-list-type" -}}
{{- if and (hasKey $wanted $rule) (ne (toJson (get $wanted $rule)) (toJson (get $there $rule))) }} {{ $path }} ({{ $rule }}){{ end -}}
{{- end -}}
{{- range $validation := get $wanted "x-kubernetes-validations" | default list -}}
{{- $found := false -}}
{{- range get $there "x-kubernetes-validations" | default list -}}{{- if eq .rule $validation.rule -}}{{- $found = true -}}{{- end -}}{{- end -}}
{{- if not $found }} {{ $path }} ({{ $validation.message | default $validation.rule }}){{ end -}}
{{- end -}}
{{- range $name, $property := .wanted.properties -}}
{{- $has := get ($there.properties | default dict) $name -}}
{{- if not $has }} {{ $path }}.{{ $name }}
{{- else -}}
{{- include "region-bridge.missing" (dict "path" (printf "%s.%s" $path $name) "wanted" $property "there" $has) -}}
{{- end -}}
{{- end -}}
{{- if .wanted.items -}}
{{- include "region-bridge.missing" (dict "path" (printf "%s[]" $path) "wanted" .wanted.items "there" ($there.items | default dict)) -}}
{{- end -}}
{{- end -}}
