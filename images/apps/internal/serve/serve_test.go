package serve

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func start(t *testing.T) *httptest.Server {
	server := httptest.NewUnstartedServer(nil)
	server.Config = NewServer(App{Name: "web", Version: "1.1", Handler: http.NotFoundHandler()})
	server.Start()
	t.Cleanup(server.Close)
	return server
}

func get(t *testing.T, url string) (*http.Response, string) {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

func TestEnvAnswersTheValueAloneOr404(t *testing.T) {
	t.Setenv("MODE", "prod")
	t.Setenv("EMPTY", "")
	server := start(t)
	for _, c := range []struct {
		name, body string
		status     int
	}{{"MODE", "prod", 200}, {"EMPTY", "", 200}, {"ABSENT_VARIABLE", "404 page not found\n", 404}} {
		response, body := get(t, server.URL+"/env?name="+c.name)
		if response.StatusCode != c.status || body != c.body {
			t.Errorf("%s: %d %q, expected %d %q", c.name, response.StatusCode, body, c.status, c.body)
		}
	}
}

func TestEveryAnswerClosesItsConnection(t *testing.T) {
	response, _ := get(t, start(t).URL+"/")
	if !response.Close {
		t.Error("expected Connection: close")
	}
	if got := response.Header.Get("Server"); got != "kd/web 1.1" {
		t.Errorf("Server is %q", got)
	}
}

func TestStartDelayIsSecondsWithFractions(t *testing.T) {
	if delay, err := startDelay("1.5"); err != nil || delay != 1500*time.Millisecond {
		t.Errorf("%v %v", delay, err)
	}
	if _, err := startDelay("soon"); err == nil || err.Error() != `START_DELAY is "soon", expected seconds from 0 to 3600` {
		t.Errorf("%v", err)
	}
	if _, err := startDelay("NaN"); err == nil {
		t.Error("NaN was taken")
	}
}

func TestPortComesFromTheEnvironment(t *testing.T) {
	if port, err := listenPort("8080", 80); err != nil || port != 8080 {
		t.Errorf("%v %v", port, err)
	}
	if _, err := listenPort("tcp://10.96.0.1:80", 80); err == nil {
		t.Error("a Service link was taken for a port")
	}
}
