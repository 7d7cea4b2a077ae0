package dns

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"syscall"
	"testing"
	"time"

	"kubedrill.local/apps/internal/dns/dnstest"
)

var pod = []string{"shop.svc.cluster.local", "svc.cluster.local", "cluster.local"}

func resolve(t *testing.T, zone dnstest.Zone, name, kind string) Answer {
	t.Helper()
	answer, err := Resolve(context.Background(), Config{dnstest.Start(t, zone), pod, 5}, name, Types[kind])
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestTheSearchListIsFollowedToTheFirstHit(t *testing.T) {
	answer := resolve(t, dnstest.Zone{"web.other.svc.cluster.local": {"10.96.0.9"}}, "web.other", "A")
	if answer.RCode != "NOERROR" || answer.Name != "web.other.svc.cluster.local" || answer.Addresses[0].String() != "10.96.0.9" {
		t.Errorf("%+v", answer)
	}
	if want := []string{"web.other.shop.svc.cluster.local", "web.other.svc.cluster.local"}; !slices.Equal(answer.Tried, want) {
		t.Errorf("tried %v", answer.Tried)
	}
}

func TestANameThatIsNowhereIsNXDomain(t *testing.T) {
	answer := resolve(t, dnstest.Zone{}, "backend", "A")
	if answer.RCode != "NXDOMAIN" || answer.Name != "" || len(answer.Tried) != 4 {
		t.Errorf("%+v", answer)
	}
}

func TestAHeadlessServiceHasSortedAddresses(t *testing.T) {
	answer := resolve(t, dnstest.Zone{"each.shop.svc.cluster.local": {"10.244.2.10", "10.244.2.9"}}, "each", "A")
	if answer.Addresses[0].String() != "10.244.2.9" || len(answer.Addresses) != 2 {
		t.Errorf("%+v", answer)
	}
}

func TestAnAliasIsNamed(t *testing.T) {
	zone := dnstest.Zone{"alias.shop.svc.cluster.local": {"=web.shop.svc.cluster.local", "10.96.0.9"}}
	for kind, addresses := range map[string]int{"CNAME": 0, "A": 1} {
		answer := resolve(t, zone, "alias", kind)
		if answer.CNAME != "web.shop.svc.cluster.local" || len(answer.Addresses) != addresses {
			t.Errorf("%s: %+v", kind, answer)
		}
	}
}

func TestAFailingServerEndsTheSearch(t *testing.T) {
	answer := resolve(t, dnstest.Zone{"web.shop.svc.cluster.local": {"!"}}, "web", "A")
	if answer.RCode != "SERVFAIL" || len(answer.Tried) != 1 {
		t.Errorf("%+v", answer)
	}
}

func TestACutAnswerIsAskedForAgainByTCP(t *testing.T) {
	answer := resolve(t, dnstest.Zone{"big.shop.svc.cluster.local": {"~", "10.244.0.1", "10.244.0.2"}}, "big", "A")
	if len(answer.Addresses) != 2 {
		t.Errorf("%+v", answer)
	}
}

func TestNoServerIsAnError(t *testing.T) {
	socket, _ := net.ListenPacket("udp", "127.0.0.1:0")
	address := socket.LocalAddr().String()
	socket.Close()
	answer, err := Resolve(context.Background(), Config{address, pod, 5}, "web", Types["A"])
	if !errors.Is(err, syscall.ECONNREFUSED) || answer.RCode != "" {
		t.Errorf("%+v, %v", answer, err)
	}
}

func TestTheCallerMayGiveUp(t *testing.T) {
	silent, _ := net.ListenPacket("udp", "127.0.0.1:0")
	defer silent.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	begin := time.Now()
	if _, err := Query(ctx, silent.LocalAddr().String(), "web", Types["A"]); err == nil || time.Since(begin) > time.Second {
		t.Errorf("%v after %v", err, time.Since(begin))
	}
}

func TestWhatIsNoNameIsNotAsked(t *testing.T) {
	if _, err := Query(context.Background(), "127.0.0.1:1", "a..b", Types["A"]); err == nil || err.Error() != `"a..b" is not a DNS name` {
		t.Errorf("%v", err)
	}
}

func TestCandidates(t *testing.T) {
	for name, want := range map[string][]string{
		"web":         {"web.a.b", "web.c", "web"},
		"web.shop":    {"web.shop", "web.shop.a.b", "web.shop.c"},
		"web.shop.x.": {"web.shop.x"},
	} {
		if got := Candidates(name, []string{"a.b.", "c"}, 1); !slices.Equal(got, want) {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestResolvConfOfAPod(t *testing.T) {
	path := filepath.Join(t.TempDir(), "resolv.conf")
	os.WriteFile(path, []byte("# by kubelet\nsearch shop.svc.cluster.local cluster.local\nnameserver 10.96.0.10\nnameserver 10.96.0.11\noptions ndots:5 timeout:1\n"), 0o644)
	got, err := ReadConfig(path)
	want := Config{"10.96.0.10:53", []string{"shop.svc.cluster.local", "cluster.local"}, 5}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}
