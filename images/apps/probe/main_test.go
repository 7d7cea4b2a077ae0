package main

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"kubedrill.local/apps/internal/dns/dnstest"
)

func ask[T any](t *testing.T, probe http.Handler, path string, query url.Values) (int, T) {
	t.Helper()
	recorder := httptest.NewRecorder()
	probe.ServeHTTP(recorder, httptest.NewRequest("GET", path+"?"+query.Encode(), nil))
	var value T
	if err := json.Unmarshal(recorder.Body.Bytes(), &value); err != nil {
		t.Fatalf("%v: %s", err, recorder.Body)
	}
	return recorder.Code, value
}

type answers struct {
	Answers []httpAnswer
	Error   string
}

func TestEveryRequestHasAConnectionOfItsOwn(t *testing.T) {
	var connections atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, r.Host+" "+r.URL.Path)
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	status, got := ask[answers](t, newProbe(""), "/http", url.Values{"url": {server.URL + "/api"}, "count": {"30"}, "host": {"shop.local"}})
	if status != 200 || len(got.Answers) != 30 || connections.Load() != 30 {
		t.Fatalf("%d, %d answers, %d connections", status, len(got.Answers), connections.Load())
	}
	first := got.Answers[0]
	if first.Status != 200 || first.Body != "shop.local /api" || first.ErrorKind != "" || first.Headers["content-type"] == "" {
		t.Errorf("%+v", first)
	}
}

func TestRedirectsAndErrorsAreAnswers(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/old" {
			http.Redirect(w, r, "/new", http.StatusFound)
			return
		}
		http.Error(w, strings.Repeat("x", 9000), http.StatusServiceUnavailable)
	}))
	defer server.Close()
	_, moved := ask[answers](t, newProbe(""), "/http", url.Values{"url": {server.URL + "/old"}})
	if got := moved.Answers[0]; got.Status != 302 || got.Headers["location"] != "/new" {
		t.Errorf("%+v", got)
	}
	_, broken := ask[answers](t, newProbe(""), "/http", url.Values{"url": {server.URL}})
	if got := broken.Answers[0]; got.Status != 503 || len(got.Body) != 2048 {
		t.Errorf("%d with %d bytes", got.Status, len(got.Body))
	}
}

func TestNoAnswerHasAKind(t *testing.T) {
	closed, _ := net.Listen("tcp", "127.0.0.1:0")
	closed.Close()
	silent, _ := net.Listen("tcp", "127.0.0.1:0")
	defer silent.Close()
	for address, kind := range map[string]string{closed.Addr().String(): "refused", silent.Addr().String(): "timeout"} {
		_, got := ask[answers](t, newProbe(""), "/http", url.Values{"url": {"http://" + address}, "timeoutMs": {"30"}, "count": {"3"}})
		for _, answer := range got.Answers {
			if answer.Status != 0 || answer.ErrorKind != kind || answer.Error == "" {
				t.Errorf("%s: %+v", kind, answer)
			}
		}
	}
}

func TestTheCallersDepartureEndsTheWork(t *testing.T) {
	silent, _ := net.Listen("tcp", "127.0.0.1:0")
	defer silent.Close()
	ctx, leave := context.WithCancel(context.Background())
	request := httptest.NewRequest("GET", "/http?"+url.Values{"url": {"http://" + silent.Addr().String()}, "timeoutMs": {"30000"}, "count": {"10"}}.Encode(), nil)
	time.AfterFunc(20*time.Millisecond, leave)
	begin := time.Now()
	newProbe("").ServeHTTP(httptest.NewRecorder(), request.WithContext(ctx))
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestBadQuestionsAreRefusedWithTheReason(t *testing.T) {
	for _, c := range []struct {
		path  string
		query url.Values
		error string
	}{
		{"/http", url.Values{"url": {"web:80"}}, `url is "web:80", expected http://HOST[:PORT]/PATH`},
		{"/http", url.Values{"url": {"http://web"}, "count": {"1e9"}}, `count is "1e9", expected a number from 1 to 500`},
		{"/http", url.Values{"url": {"http://web"}, "count": {"500"}}, `500 requests, 5 at a time, may take 3m20s, expected at most 1m0s`},
		{"/dns", url.Values{}, `name is "", expected a DNS name`},
		{"/dns", url.Values{"name": {"web"}, "type": {"ANY"}}, `type is "ANY", expected A or CNAME`},
	} {
		status, got := ask[answers](t, newProbe("127.0.0.1:1"), c.path, c.query)
		if status != 400 || got.Error != c.error {
			t.Errorf("%d %q", status, got.Error)
		}
	}
}

func TestNamesAreResolvedAsInTheAskingNamespace(t *testing.T) {
	server := dnstest.Start(t, dnstest.Zone{
		"web.shop.svc.cluster.local":   {"10.96.0.9"},
		"alias.shop.svc.cluster.local": {"=web.shop.svc.cluster.local"},
	})
	search := "shop.svc.cluster.local,svc.cluster.local,cluster.local"
	_, web := ask[dnsAnswer](t, newProbe(server), "/dns", url.Values{"name": {"web"}, "search": {search}})
	if web.RCode != "NOERROR" || web.Answers[0].String() != "10.96.0.9" || web.Name != "web.shop.svc.cluster.local" {
		t.Errorf("%+v", web)
	}
	_, alias := ask[dnsAnswer](t, newProbe(server), "/dns", url.Values{"name": {"alias"}, "search": {search}, "type": {"CNAME"}})
	if alias.CNAME != "web.shop.svc.cluster.local" || len(alias.Answers) != 0 {
		t.Errorf("%+v", alias)
	}
	_, absent := ask[dnsAnswer](t, newProbe(server), "/dns", url.Values{"name": {"web.shop.svc.cluster.local."}, "search": {search}})
	if absent.RCode != "NOERROR" || len(absent.Tried) != 1 {
		t.Errorf("%+v", absent)
	}
}

func TestADeadDNSServerIsAnErrorAndNoRCode(t *testing.T) {
	socket, _ := net.ListenPacket("udp", "127.0.0.1:0")
	socket.Close()
	status, got := ask[dnsAnswer](t, newProbe(socket.LocalAddr().String()), "/dns", url.Values{"name": {"web"}})
	if status != 200 || got.RCode != "" || got.ErrorKind != "refused" || got.Answers == nil {
		t.Errorf("%d %+v", status, got)
	}
}
