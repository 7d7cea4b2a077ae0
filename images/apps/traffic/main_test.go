package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// epoch is a round second, so that offsets in milliseconds are easy to read.
const epoch = int64(1_700_000_000_000)

func at(ms int64) time.Time { return time.UnixMilli(epoch + ms) }

// recordOf has one sample per argument: start ms, latency ms, and what came of it.
type one struct {
	start, latency int64
	outcome        outcome
}

func good(body string) outcome { return outcome{status: 200, body: body} }

func recordOf(samples ...one) *record {
	r := newRecord("shop", at(0), maxSamples)
	for _, s := range samples {
		r.add(at(s.start), time.Duration(s.latency)*time.Millisecond, s.outcome)
	}
	return r
}

func statsOf(t *testing.T, r *record, query string, now int64) stats {
	t.Helper()
	recorder := httptest.NewRecorder()
	api(r, func() time.Time { return at(now) }).ServeHTTP(recorder, httptest.NewRequest("GET", "/stats?"+query, nil))
	var s stats
	if err := json.Unmarshal(recorder.Body.Bytes(), &s); err != nil {
		t.Fatalf("%v: %s", err, recorder.Body)
	}
	return s
}

func sinceUntil(since, until int64) string {
	return fmt.Sprintf("since=%d&until=%d", epoch+since, epoch+until)
}

func TestOnlyWhatStartedAndEndedInsideTheWindowCounts(t *testing.T) {
	r := recordOf(one{900, 200, good("early")}, one{1000, 100, good("a")}, one{1500, 100, outcome{err: "refused"}}, one{1950, 100, good("late")})
	s := statsOf(t, r, sinceUntil(1000, 2000), 5000)
	if s.Sent != 2 || s.OK != 1 || s.Failed != 1 || s.ByBody["a"] != 1 || s.ByError["refused"] != 1 || len(s.ByBody) != 1 {
		t.Errorf("%+v", s)
	}
	if s.Now != epoch+5000 || s.Since != epoch+1000 || s.Until != epoch+2000 || s.Name != "shop" || !s.Complete {
		t.Errorf("%+v", s)
	}
}

func TestTheLongestGapIsBetweenSuccessesAndCountsTheEdges(t *testing.T) {
	samples := []one{{1000, 0, good("")}, {1200, 0, outcome{err: "eof"}}, {1500, 0, good("")}, {1600, 0, good("")}}
	for query, want := range map[string]int64{
		sinceUntil(1000, 1700): 500,  // a failure in between is no answer
		sinceUntil(100, 1700):  900,  // from the first edge
		sinceUntil(1000, 3000): 1400, // to the last edge
		sinceUntil(1100, 1400): 300,  // no success at all
	} {
		if s := statsOf(t, recordOf(samples...), query, 9000); s.LongestGapMs != want {
			t.Errorf("%s: %d, expected %d", query, s.LongestGapMs, want)
		}
	}
}

func TestSamplesThatEndInAnotherOrderDoNotShortenTheGap(t *testing.T) {
	r := recordOf(one{2000, 10, good("")}, one{1000, 100, good("")}, one{2500, 0, good("")})
	if s := statsOf(t, r, sinceUntil(1000, 2500), 9000); s.LongestGapMs != 1010 {
		t.Errorf("%d", s.LongestGapMs)
	}
}

func TestTheWindowIsCutToTheTimeWithTraffic(t *testing.T) {
	r := recordOf(one{100, 0, good("")})
	s := statsOf(t, r, sinceUntil(-60_000, 60_000), 300)
	if s.Since != epoch || s.Until != epoch+300 || s.LongestGapMs != 200 {
		t.Errorf("%+v", s)
	}
	if all := statsOf(t, r, "", 300); all.Since != epoch || all.Until != epoch+300 {
		t.Errorf("%+v", all)
	}
}

func TestEverySecondHasItsCounts(t *testing.T) {
	r := recordOf(one{2100, 0, good("")}, one{0, 0, good("")}, one{2900, 50, outcome{err: "timeout"}})
	want := []second{{epoch, 1, 0}, {epoch + 2000, 2, 1}}
	if s := statsOf(t, r, "", 5000); !reflect.DeepEqual(s.PerSecond, want) {
		t.Errorf("%+v", s.PerSecond)
	}
}

func TestAForgottenSampleMakesTheWindowIncomplete(t *testing.T) {
	r := newRecord("", at(0), 3)
	for i := range int64(5) {
		r.add(at(i*100), 0, good(fmt.Sprint(i)))
	}
	if s := statsOf(t, r, sinceUntil(0, 1000), 1000); s.Complete || s.Sent != 3 || s.ByBody["4"] != 1 || s.ByBody["1"] != 0 {
		t.Errorf("%+v", s)
	}
	if s := statsOf(t, r, sinceUntil(200, 1000), 1000); !s.Complete || s.Sent != 3 {
		t.Errorf("%+v", s)
	}
}

func TestBodiesAreCountedUpToABound(t *testing.T) {
	r := newRecord("", at(0), maxSamples)
	for i := range 1500 {
		r.add(at(1), 0, good(fmt.Sprint(i)))
	}
	if s := statsOf(t, r, "", 10); len(s.ByBody) != maxTexts+1 || s.ByBody[otherText] != 500 {
		t.Errorf("%d bodies, %d others", len(s.ByBody), s.ByBody[otherText])
	}
}

func TestSamplesAreLines(t *testing.T) {
	r := recordOf(one{0, 5, good("hi")}, one{10, 2, outcome{status: 503, err: "status 503"}})
	recorder := httptest.NewRecorder()
	api(r, func() time.Time { return at(1000) }).ServeHTTP(recorder, httptest.NewRequest("GET", "/samples", nil))
	var lines []sampleLine
	for scanner := bufio.NewScanner(recorder.Body); scanner.Scan(); {
		var line sampleLine
		json.Unmarshal(scanner.Bytes(), &line)
		lines = append(lines, line)
	}
	want := []sampleLine{{epoch, 5, true, 200, "hi", ""}, {epoch + 10, 2, false, 503, "", "status 503"}}
	if !reflect.DeepEqual(lines, want) {
		t.Errorf("%+v", lines)
	}
}

func TestBadWindowsAreRefused(t *testing.T) {
	recorder := httptest.NewRecorder()
	api(recordOf(), time.Now).ServeHTTP(recorder, httptest.NewRequest("GET", "/stats?since=yesterday", nil))
	if recorder.Code != 400 || recorder.Body.String() != "since is \"yesterday\", expected milliseconds since 1970\n" {
		t.Errorf("%d %q", recorder.Code, recorder.Body)
	}
}

func TestRequestsGoOutAtTheirRateOnFreshConnections(t *testing.T) {
	var connections atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, strings.Repeat("x", 200))
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	r := newRecord("", time.Now(), maxSamples)
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	config{target: server.URL, rate: 100, timeout: time.Second}.run(ctx, r)
	s := r.stats(window{0, time.Now().UnixMilli()}, time.Now())
	if s.Failed != 0 || s.OK < 10 || s.OK > 31 || int(connections.Load()) < s.OK || s.ByBody[strings.Repeat("x", 80)] != s.OK {
		t.Errorf("%+v, %d connections", s, connections.Load())
	}
}

func TestFailuresHaveTheirClass(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(503) }))
	defer server.Close()
	closed, _ := net.Listen("tcp", "127.0.0.1:0")
	closed.Close()
	silent, _ := net.Listen("tcp", "127.0.0.1:0")
	defer silent.Close()
	for target, want := range map[string]string{server.URL: "status 503", "http://" + closed.Addr().String(): "refused", "http://" + silent.Addr().String(): "timeout"} {
		got := config{target: target, timeout: 50 * time.Millisecond}.request(context.Background(), &http.Transport{DisableKeepAlives: true})
		if got.ok() || got.err != want {
			t.Errorf("%s: %+v", want, got)
		}
	}
}

func TestTheEnvironmentIsChecked(t *testing.T) {
	read := func(env map[string]string) (config, error) {
		return readConfig(func(name string) string { return env[name] })
	}
	c, err := read(map[string]string{"TARGET": "web:80/x", "RATE": "50", "TIMEOUT_MS": "500", "NAME": "shop"})
	if err != nil || c != (config{"shop", "http://web:80/x", 50, 500 * time.Millisecond}) {
		t.Errorf("%+v %v", c, err)
	}
	for want, env := range map[string]map[string]string{
		"TARGET is not set, expected a URL such as http://web/":        {},
		`TARGET is "https://web", expected a URL such as http://web/`:  {"TARGET": "https://web"},
		`RATE is "9999", expected requests per second from 0.1 to 500`: {"TARGET": "web", "RATE": "9999"},
		`TIMEOUT_MS is "2s", expected milliseconds from 10 to 60000`:   {"TARGET": "web", "TIMEOUT_MS": "2s"},
	} {
		if _, err := read(env); err == nil || err.Error() != want {
			t.Errorf("%v, expected %s", err, want)
		}
	}
}
