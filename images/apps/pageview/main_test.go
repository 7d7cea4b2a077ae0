package main

import (
	"bytes"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"kubedrill.local/apps/internal/resp/resptest"
)

func get(url string) (string, error) {
	response, err := http.Get(url)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return string(body), err
}

func quiet(t *testing.T) *bytes.Buffer {
	var lines bytes.Buffer
	log.SetOutput(&lines)
	t.Cleanup(func() { log.SetOutput(os.Stderr) })
	return &lines
}

func TestReplicasShareOneCount(t *testing.T) {
	lines := quiet(t)
	db := resptest.Start(t, "s3cret")
	first, second := httptest.NewServer(handler(db, "s3cret")), httptest.NewServer(handler(db, "s3cret"))
	defer first.Close()
	defer second.Close()
	for i, url := range []string{first.URL, second.URL, first.URL} {
		body, err := get(url)
		if want := []string{"#1.", "#2.", "#3."}[i]; err != nil || body != "Hello, you're visitor "+want+"\n" {
			t.Errorf("%q %v", body, err)
		}
	}
	if strings.Count(lines.String(), "Ping from 127.0.0.1:") != 3 {
		t.Errorf("log %q", lines)
	}
}

func TestWithoutRedisTheConnectionIsClosedWithoutAnAnswer(t *testing.T) {
	lines := quiet(t)
	closed, _ := net.Listen("tcp", "127.0.0.1:0")
	closed.Close()
	server := httptest.NewServer(handler(closed.Addr().String(), ""))
	defer server.Close()
	if _, err := get(server.URL); !errors.Is(err, io.EOF) {
		t.Errorf("%v", err)
	}
	if body, err := get(server.URL + "/healthz"); err != nil || body != "ok\n" {
		t.Errorf("%q %v", body, err)
	}
	if !strings.Contains(lines.String(), "connection refused") {
		t.Errorf("log %q", lines)
	}
}

func TestAMissingPasswordIsNoAnswerEither(t *testing.T) {
	lines := quiet(t)
	server := httptest.NewServer(handler(resptest.Start(t, "s3cret"), ""))
	defer server.Close()
	if _, err := get(server.URL); !errors.Is(err, io.EOF) || !strings.Contains(lines.String(), "redis: NOAUTH Authentication required.") {
		t.Errorf("%v, log %q", err, lines)
	}
}
