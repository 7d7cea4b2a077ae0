package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kubedrill.local/apps/internal/dns/dnstest"
)

// run asks the zone's server as a Pod of namespace shop would and returns what comes after the two lines about the server.
func run(t *testing.T, zone dnstest.Zone, args ...string) (int, string) {
	t.Helper()
	conf := filepath.Join(t.TempDir(), "resolv.conf")
	os.WriteFile(conf, []byte("nameserver 10.96.0.10\nsearch shop.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n"), 0o644)
	host, port, _ := net.SplitHostPort(dnstest.Start(t, zone))
	var stdout, stderr bytes.Buffer
	code := nslookup(append(args, "-port="+port, host), conf, &stdout, &stderr)
	server := fmt.Sprintf("Server:\t\t%s\nAddress:\t%s:%s\n\n", host, host, port)
	output, found := strings.CutPrefix(stdout.String(), server)
	if !found || stderr.Len() > 0 {
		t.Fatalf("%q %q", stdout.String(), stderr.String())
	}
	return code, output
}

var zone = dnstest.Zone{
	"nginx-service.shop.svc.cluster.local": {"10.96.3.4"},
	"backend.other.svc.cluster.local":      {"10.96.3.5"},
	"each.shop.svc.cluster.local":          {"10.244.1.2", "10.244.2.2"},
	"alias.shop.svc.cluster.local":         {"=web.shop.svc.cluster.local"},
	"empty.shop.svc.cluster.local":         {},
}

func TestAServiceByItsName(t *testing.T) {
	code, output := run(t, zone, "nginx-service")
	if code != 0 || output != "Name:\tnginx-service.shop.svc.cluster.local\nAddress: 10.96.3.4\n\n" {
		t.Errorf("%d %q", code, output)
	}
}

func TestAServiceOfAnotherNamespaceThroughTheSearchList(t *testing.T) {
	code, output := run(t, zone, "backend.other")
	want := "** server can't find backend.other.shop.svc.cluster.local: NXDOMAIN\n\nName:\tbackend.other.svc.cluster.local\nAddress: 10.96.3.5\n\n"
	if code != 0 || output != want {
		t.Errorf("%d %q", code, output)
	}
}

func TestANameThatDoesNotExistExitsWith1(t *testing.T) {
	code, output := run(t, zone, "backend")
	if code != 1 || strings.Count(output, "NXDOMAIN") != 4 || !strings.HasSuffix(output, "** server can't find backend: NXDOMAIN\n\n") {
		t.Errorf("%d %q", code, output)
	}
}

func TestAllAddressesOfAHeadlessService(t *testing.T) {
	code, output := run(t, zone, "each")
	if code != 0 || strings.Count(output, "Address: ") != 2 {
		t.Errorf("%d %q", code, output)
	}
}

func TestTheTypeMayBeChosen(t *testing.T) {
	code, output := run(t, zone, "-type=cname", "alias")
	if code != 0 || output != "alias.shop.svc.cluster.local\tcanonical name = web.shop.svc.cluster.local\n\n" {
		t.Errorf("%d %q", code, output)
	}
}

func TestANameWithoutRecordsOfTheType(t *testing.T) {
	code, output := run(t, zone, "empty.shop.svc.cluster.local.")
	if code != 1 || output != "*** Can't find empty.shop.svc.cluster.local: No answer\n\n" {
		t.Errorf("%d %q", code, output)
	}
}

func TestAnAddressIsLookedUpBackwards(t *testing.T) {
	code, output := run(t, zone, "10.96.3.4")
	if code != 1 || output != "** server can't find 4.3.96.10.in-addr.arpa: NXDOMAIN\n\n" {
		t.Errorf("%d %q", code, output)
	}
}

func TestNoDNSServer(t *testing.T) {
	socket, _ := net.ListenPacket("udp", "127.0.0.1:0")
	_, port, _ := net.SplitHostPort(socket.LocalAddr().String())
	socket.Close()
	var stdout, stderr bytes.Buffer
	code := nslookup([]string{"-port=" + port, "backend", "127.0.0.1"}, "/no/such/resolv.conf", &stdout, &stderr)
	if code != 1 || stderr.String() != "nslookup: read from '127.0.0.1': Connection refused\n" || !strings.HasSuffix(stdout.String(), ";; connection timed out; no servers could be reached\n\n") {
		t.Errorf("%d %q %q", code, stdout.String(), stderr.String())
	}
}

func TestMistakesOfTheCaller(t *testing.T) {
	for argument, want := range map[string]string{
		"-type=any": "nslookup: invalid query type \"any\"\n",
		"-debug":    "nslookup: expected HOST [DNS_SERVER]\n",
		"-foo":      "nslookup: unrecognized option '-foo'\n",
	} {
		var stdout, stderr bytes.Buffer
		if code := nslookup([]string{argument}, "", &stdout, &stderr); code != 1 || !strings.HasPrefix(stderr.String(), want) {
			t.Errorf("%s: %d %q", argument, code, stderr.String())
		}
	}
}
