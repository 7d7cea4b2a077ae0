package failure

import (
	"context"
	"net"
	"net/http"
	"testing"
	"time"
)

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener
}

func kindOfGet(url string, timeout time.Duration) string {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	request, _ := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
	if err == nil {
		response.Body.Close()
	}
	return Kind(err)
}

func TestAClosedPortRefuses(t *testing.T) {
	listener := listen(t)
	address := listener.Addr().String()
	listener.Close()
	if got := kindOfGet("http://"+address, time.Second); got != Refused {
		t.Error(got)
	}
}

func TestAServerThatHangsUpIsEOF(t *testing.T) {
	listener := listen(t)
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			connection.Read(make([]byte, 4096))
			connection.Close()
		}
	}()
	if got := kindOfGet("http://"+listener.Addr().String(), time.Second); got != EOF {
		t.Error(got)
	}
}

func TestAServerThatCutsTheConnectionResets(t *testing.T) {
	listener := listen(t)
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			connection.(*net.TCPConn).SetLinger(0)
			connection.Read(make([]byte, 4096))
			connection.Close()
		}
	}()
	if got := kindOfGet("http://"+listener.Addr().String(), time.Second); got != Reset {
		t.Error(got)
	}
}

func TestASilentServerTimesOut(t *testing.T) {
	if got := kindOfGet("http://"+listen(t).Addr().String(), 20*time.Millisecond); got != Timeout {
		t.Error(got)
	}
}

func TestNamesFailInTheirOwnWays(t *testing.T) {
	for want, err := range map[string]error{
		NXDomain: &net.DNSError{Err: "no such host", Name: "backend", IsNotFound: true},
		Timeout:  &net.DNSError{Err: "i/o timeout", Name: "backend", IsTimeout: true},
		Other:    &net.DNSError{Err: "connection refused", Name: "backend"},
		"":       nil,
	} {
		if got := Kind(err); got != want {
			t.Errorf("%v is %q, expected %q", err, got, want)
		}
	}
}
