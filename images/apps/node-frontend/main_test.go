package main

import (
	"bytes"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

func get(t *testing.T, backend, path string) (int, string, string) {
	t.Helper()
	var lines bytes.Buffer
	log.SetOutput(&lines)
	defer log.SetOutput(os.Stderr)
	answer := httptest.NewRecorder()
	handler(backend).ServeHTTP(answer, httptest.NewRequest("GET", path, nil))
	return answer.Code, answer.Body.String(), lines.String()
}

func TestItGreetsWhomTheBackendNames(t *testing.T) {
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/instructor/1" {
			http.Error(w, "list index out of range", 500)
			return
		}
		fmt.Fprint(w, `{"firstName":"Muhammad Ali","lastName":"Kahoot"}`)
	}))
	defer backend.Close()
	if status, body, _ := get(t, backend.URL, "/instructor/1"); status != 200 || body != "Hello Muhammad Ali Kahoot" {
		t.Errorf("%d %q", status, body)
	}
	if status, _, log := get(t, backend.URL, "/instructor/3"); status != 502 || !strings.HasSuffix(log, "backend answered 500 Internal Server Error\n") {
		t.Errorf("%d %q", status, log)
	}
}

func TestHelloNeedsNoBackend(t *testing.T) {
	if status, body, _ := get(t, "http://backend:8080", "/hello"); status != 200 || body != "Hello world" {
		t.Errorf("%d %q", status, body)
	}
}

func TestFailuresAreNamedAsNodeDoes(t *testing.T) {
	closed, _ := net.Listen("tcp", "127.0.0.1:0")
	closed.Close()
	for backend, want := range map[string]string{
		"http://no..name:8080":             "Error: getaddrinfo ENOTFOUND no..name\n",
		"http://" + closed.Addr().String(): "Error: connect ECONNREFUSED " + closed.Addr().String() + "\n",
	} {
		status, body, log := get(t, backend, "/instructor/1")
		if status != 502 || body != want || !strings.HasSuffix(log, want) {
			t.Errorf("%d %q, log %q", status, body, log)
		}
	}
}
