// Tailnet serves a tailnet for tests on one address: Tailscale's own test control server, a DERP relay, a STUN server,
// and what an administrator does in the console, by HTTP on the port after the control server's:
//
//	/nodes                                     every device: its host name, addresses and the routes that are approved
//	/routes?host=NAME&routes=RANGE,RANGE       approves these routes of a device, and no others
//	/set?host=NAME&online=true&expiry=SECONDS  what control says of a device
package main

import (
	"context"
	"crypto/tls"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"tailscale.com/derp/derpserver"
	"tailscale.com/net/stunserver"
	"tailscale.com/tailcfg"
	"tailscale.com/tstest/integration/testcontrol"
	"tailscale.com/types/dnstype"
	"tailscale.com/types/key"
)

func main() {
	address := flag.String("address", "127.0.0.1", "address to serve on")
	port := flag.Int("port", 26000, "control server's port; the three after it are the console, DERP and STUN")
	flag.Parse()
	at := func(offset int) string { return net.JoinHostPort(*address, strconv.Itoa(*port+offset)) }

	relay(at(2))
	go func() { log.Fatal(stunserver.New(context.Background()).ListenAndServe(at(3))) }()
	control := &testcontrol.Server{
		Logf:            log.Printf,
		MagicDNSDomain:  "tail.example.ts.net",
		ExplicitBaseURL: "http://" + at(0),
		DNSConfig:       &tailcfg.DNSConfig{Proxied: true, Domains: []string{"tail.example.ts.net"}, Routes: map[string][]*dnstype.Resolver{}},
		DERPMap: &tailcfg.DERPMap{Regions: map[int]*tailcfg.DERPRegion{1: {RegionID: 1, RegionCode: "test", RegionName: "test",
			Nodes: []*tailcfg.DERPNode{{Name: "1", RegionID: 1, HostName: *address, IPv4: *address, IPv6: "none",
				DERPPort: *port + 2, STUNPort: *port + 3, STUNTestIP: *address, InsecureForTests: true}}}}},
	}
	go func() { log.Fatal(http.ListenAndServe(at(1), console(control))) }()
	log.Fatal(http.ListenAndServe(at(0), control))
}

// relay serves DERP with a certificate that nobody checks.
func relay(address string) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		log.Fatal(err)
	}
	server := httptest.NewUnstartedServer(derpserver.Handler(derpserver.New(key.NewNode(), func(string, ...any) {})))
	server.Listener.Close()
	server.Listener = listener
	server.Config.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){} // DERP upgrades HTTP/1.1
	server.StartTLS()
}

func console(control *testcontrol.Server) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/nodes", func(w http.ResponseWriter, r *http.Request) {
		for _, node := range control.AllNodes() {
			fmt.Fprintln(w, host(node), node.Addresses, node.AllowedIPs, node.PrimaryRoutes)
		}
	})
	named := func(path string, do func(*tailcfg.Node, *http.Request) error) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			for _, node := range control.AllNodes() {
				if host(node) == r.FormValue("host") {
					if err := do(node, r); err != nil {
						http.Error(w, err.Error(), http.StatusBadRequest)
					}
					return
				}
			}
			http.Error(w, "no such device", http.StatusNotFound)
		})
	}
	named("/routes", func(node *tailcfg.Node, r *http.Request) error {
		var routes []netip.Prefix
		for _, text := range strings.FieldsFunc(r.FormValue("routes"), func(c rune) bool { return c == ',' }) {
			route, err := netip.ParsePrefix(text)
			if err != nil {
				return err
			}
			routes = append(routes, route)
		}
		control.SetSubnetRoutes(node.Key, routes)
		return nil
	})
	named("/set", func(node *tailcfg.Node, r *http.Request) error {
		if text := r.FormValue("online"); text != "" {
			online := text == "true"
			node.Online = &online
		}
		if text := r.FormValue("expiry"); text != "" {
			seconds, err := strconv.Atoi(text)
			if err != nil {
				return err
			}
			node.KeyExpiry = time.Now().Add(time.Duration(seconds) * time.Second)
		}
		control.UpdateNode(node)
		return nil
	})
	return mux
}

func host(node *tailcfg.Node) string {
	if !node.Hostinfo.Valid() {
		return ""
	}
	return node.Hostinfo.Hostname()
}
